using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace WeightSharing.Kernels;

/// <summary>
/// Work that is cut into chunks: by its shape, never by the number of threads, so that results do not depend on that number.
/// </summary>
internal interface IParallelWork
{
    /// <summary>Does one chunk. Chunks run in any order, on any thread, several at a time.</summary>
    void Run(int chunk);
}

/// <summary>How many threads the library's operations may use.</summary>
/// <remarks>Results are bitwise the same for any number of threads.</remarks>
public static unsafe class Parallelism
{
    /// <summary>Environment variable that sets the default number of threads.</summary>
    public const string VariableName = "WEIGHTSHARING_THREADS";

    /// <summary>
    /// Work below this is done by the caller alone: handing out and waiting for the last chunk costs a few µs even when the other threads
    /// are awake, so that little is gained on less than about 50 µs, and a core is taken away from somebody else.
    /// </summary>
    internal const double MinimumNanoseconds = 50_000;

    private static readonly int Default = ReadDefault(Environment.GetEnvironmentVariable(VariableName));

    // 0: no limit of its own, the default holds.
    [ThreadStatic]
    private static int limit;

    /// <summary>
    /// The number of threads that operations called on this thread may use, the calling thread included. The default is the environment
    /// variable <c>WEIGHTSHARING_THREADS</c>, else the number of processors.
    /// </summary>
    /// <exception cref="InvalidOperationException">The environment variable is not a number of at least 1.</exception>
    public static int Threads => limit != 0 ? limit : Default;

    /// <summary>Limits operations called on this thread to <paramref name="threads"/> threads until the scope is disposed.</summary>
    /// <param name="threads">Number of threads, the calling one included; at least 1.</param>
    /// <returns>A scope whose disposal restores the former limit; scopes nest.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static Scope Limit(int threads)
    {
        if (threads < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(threads), threads, "Parallelism.Limit: the number of threads counts the calling one; it must be at least 1.");
        }

        var scope = new Scope(limit);
        limit = threads;
        return scope;
    }

    /// <summary>
    /// True when work of this many nanoseconds on one thread is worth dividing here; see <see cref="MinimumNanoseconds"/>.
    /// </summary>
    internal static bool Pays(double nanoseconds) => nanoseconds >= MinimumNanoseconds && Threads > 1;

    /// <summary>Runs chunks 0 … <paramref name="chunks"/> − 1 of <paramref name="work"/> and returns when all have ended.</summary>
    /// <param name="chunks">Number of chunks, cut by shape; 10–100 µs each are best, because chunks are handed out one at a time.</param>
    /// <param name="work">
    /// The work; all threads see one copy of it (its fields are copied back at the end). Spans in it need no pinning by the caller.
    /// </param>
    /// <remarks>
    /// The caller works too and waits only for chunks that somebody else has begun, so a thread that is slow to wake delays nobody.
    /// Within divided work <see cref="Threads"/> is 1, so nested calls are plain loops. Once a chunk has failed, none above it is claimed; the
    /// exception of the lowest failing chunk is thrown here when every chunk that had begun has ended.
    /// </remarks>
    internal static void For<TWork>(int chunks, ref TWork work)
        where TWork : struct, IParallelWork, allows ref struct
        => Divide(chunks, ref work, double.PositiveInfinity);

    private static void Divide<TWork>(int chunks, ref TWork work, double nanoseconds)
        where TWork : struct, IParallelWork, allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunks, ParallelJob.MaximumChunks);
        int helpers = Math.Min(Math.Min(Threads, chunks) - 1, ParallelJob.MaximumHelpers);
        ParallelJob? job = helpers > 0 ? Workers.TakeJob() : null;
        if (job is null)
        {
            for (int chunk = 0; chunk < chunks; chunk++) work.Run(chunk);
            return;
        }

        // The copy lives on this stack frame until every chunk has ended: other threads may point to it, and the collector never moves it.
        TWork shared = work;
        int former = limit;
        limit = 1;
        Exception? failure;
        try
        {
            job.Begin(chunks, helpers, Unsafe.AsPointer(ref shared), &RunChunk<TWork>);
            Workers.Call(helpers, nanoseconds);
            failure = job.Finish();
        }
        finally
        {
            limit = former;
            Workers.ReturnJob(job);
        }

        work = shared;
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>As the other overload, on the caller's thread alone when the whole work is too little to divide.</summary>
    /// <param name="chunks">Number of chunks.</param>
    /// <param name="work">The work.</param>
    /// <param name="nanoseconds">Estimated time of the whole work on one thread.</param>
    internal static void For<TWork>(int chunks, ref TWork work, double nanoseconds)
        where TWork : struct, IParallelWork, allows ref struct
    {
        if (Pays(nanoseconds))
        {
            Divide(chunks, ref work, nanoseconds);
            return;
        }

        for (int chunk = 0; chunk < chunks; chunk++) work.Run(chunk);
    }

    internal static int ReadDefault(string? value)
    {
        if (string.IsNullOrEmpty(value)) return Environment.ProcessorCount;
        return int.TryParse(value, out int threads) && threads >= 1
            ? threads
            : throw new InvalidOperationException($"{VariableName}={value}: expected a number of threads, at least 1.");
    }

    private static void RunChunk<TWork>(void* work, int chunk)
        where TWork : struct, IParallelWork, allows ref struct
        => Unsafe.AsRef<TWork>(work).Run(chunk);

    /// <summary>The extent of a limit; bound to its thread.</summary>
    public readonly ref struct Scope
    {
        private readonly int former;

        internal Scope(int former) => this.former = former;

        /// <summary>Restores the limit that held before.</summary>
        public void Dispose() => limit = former;
    }
}

/// <summary>One parallel loop under way. Jobs are reused, and threads may hold on to one that has long become another loop.</summary>
/// <remarks>
/// The caller takes chunks from the front, helpers from the back: loop after loop a thread then meets much the same data, which its own caches still hold. A
/// line that another processor has written may take half a microsecond to come. For the same reason a claim is a share of what is left, and not one chunk.
/// </remarks>
internal sealed unsafe class ParallelJob
{
    // ticket = generation (8 bits) | free seats for helpers (8 bits) | first (24 bits) | end (24 bits): nobody has begun the chunks first … end − 1.
    // A claim is one compare-and-swap of the whole ticket, so it holds whichever loop the job has become. The other fields change only when all chunks
    // have ended, hence whoever has claimed finds those that belong to its chunks. The generation tells a helper that its seat was one of a former loop.
    private const int FirstShift = 24;
    private const int SeatShift = 48;
    private const int GenerationShift = 56;
    private const long OneFirst = 1L << FirstShift;
    private const long OneSeat = 1L << SeatShift;

    // Shares of what is left for each thread: large enough to be claimed seldom, small enough for all to end together.
    private const int SharesPerThread = 4;

    public const int MaximumChunks = (1 << FirstShift) - 1;
    public const int MaximumHelpers = 255;

    private readonly Lock failureLock = new();
    private IsolatedLong ticket, notEnded;
    private int shares = 1;
    private void* work;
    private delegate*<void*, int, void> run;
    private bool callerWaits;
    private Exception? failure;
    private int failedChunk;
    private int taken;

    private static int First(long ticket) => (int)(ticket >> FirstShift) & MaximumChunks;

    private static int End(long ticket) => (int)ticket & MaximumChunks;

    private static int Left(long ticket) => End(ticket) - First(ticket);

    private static bool HasRoom(long ticket) => Left(ticket) > 0 && ((ticket >> SeatShift) & MaximumHelpers) > 0;

    public bool TryTake() => Volatile.Read(ref taken) == 0 && Interlocked.CompareExchange(ref taken, 1, 0) == 0;

    public void Return() => Volatile.Write(ref taken, 0);

    public void Begin(int chunks, int helpers, void* work, delegate*<void*, int, void> run)
    {
        this.work = work;
        this.run = run;
        shares = SharesPerThread * (helpers + 1);
        notEnded.Value = chunks;
        long generation = (ticket.Value >> GenerationShift) + 1;
        Interlocked.Exchange(ref ticket.Value, (generation << GenerationShift) | ((long)helpers << SeatShift) | (long)chunks);
    }

    /// <summary>Claims and runs what is left, waits for the chunks of others, and returns the failure if there was one.</summary>
    public Exception? Finish()
    {
        RunClaims(helps: false);

        // Chunks last microseconds: sleeping at once would cost more than it saves.
        var spinner = new SpinWait();
        while (Volatile.Read(ref notEnded.Value) != 0)
        {
            if (!spinner.NextSpinWillYield || spinner.Count < 30) spinner.SpinOnce(sleep1Threshold: -1);
            else SleepUntilEnded();
        }

        Exception? result = failure;
        failure = null;
        return result;
    }

    public bool HasRoom() => HasRoom(Volatile.Read(ref ticket.Value));

    /// <summary>Takes part as a helper if there is room; false when there was none.</summary>
    public bool Help() => RunClaims(helps: true);

    // The caller sits on no seat; a helper takes one with its first claim, so that no more helpers than the limit allows take part.
    private bool RunClaims(bool helps)
    {
        long seen = Volatile.Read(ref ticket.Value), generation = seen >> GenerationShift;
        bool any = false;
        while (Left(seen) > 0 && seen >> GenerationShift == generation && (any || !helps || HasRoom(seen)))
        {
            int count = Math.Max(1, Left(seen) / shares);
            long claim = !helps ? seen + count * OneFirst : any ? seen - count : seen - count - OneSeat;
            long before = Interlocked.CompareExchange(ref ticket.Value, claim, seen);
            if (before != seen)
            {
                seen = before;
                continue;
            }

            any = true;
            int first = helps ? End(claim) : First(seen);
            Run(first, first + count);
            seen = Volatile.Read(ref ticket.Value);
        }

        return any;
    }

    private void Run(int first, int end)
    {
        int chunk = first, ended = end - first;
        try
        {
            for (; chunk < end; chunk++) run(work, chunk);
        }
        catch (Exception exception) when (Note(exception, chunk))
        {
            ended += AbandonFrom(chunk);
        }

        Subtract(ended);
    }

    private bool Note(Exception exception, int chunk)
    {
        lock (failureLock)
        {
            if (failure is null || chunk < failedChunk) (failure, failedChunk) = (exception, chunk);
        }

        return true;
    }

    /// <summary>
    /// Takes the chunks from this one on that nobody has begun out of the job and returns how many they were. Those below stay, so that the lowest chunk that
    /// fails is always begun: which failure is kept is no accident.
    /// </summary>
    private int AbandonFrom(int chunk)
    {
        long seen = Volatile.Read(ref ticket.Value);
        while (true)
        {
            int abandoned = Math.Max(0, End(seen) - Math.Max(First(seen), chunk));
            long before = Interlocked.CompareExchange(ref ticket.Value, seen - abandoned, seen);
            if (before == seen) return abandoned;
            seen = before;
        }
    }

    private void Subtract(int ended)
    {
        if (Interlocked.Add(ref notEnded.Value, -ended) != 0 || !Volatile.Read(ref callerWaits)) return;
        lock (this) Monitor.PulseAll(this);
    }

    private void SleepUntilEnded()
    {
        lock (this)
        {
            // Set before looking, while the last chunk subtracts before looking: one of both sees the other.
            Volatile.Write(ref callerWaits, true);
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref notEnded.Value) != 0) Monitor.Wait(this);
            Volatile.Write(ref callerWaits, false);
        }
    }

    // Cache lines of its own, two of which are fetched together.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct IsolatedLong
    {
        [FieldOffset(128)]
        public long Value;
    }
}

/// <summary>The library's own background threads, started when first needed, and the loops that they may join.</summary>
internal static class Workers
{
    // More loops than this at once run on their callers alone.
    private const int MaximumJobs = 16;

    // How long a thread without work looks for more before it sleeps. The steps of a network follow each other within this time, and a
    // thread that is awake joins in 0.1 µs. It yields to others while it looks.
    private const double SearchMilliseconds = 2;
    private const int TurnsBetweenYields = 16;

    // Waking a sleeping thread costs this much: on a virtual machine the idle core is not taken at once, and both threads share one.
    private const double WakingNanoseconds = 200_000;

    // A system that knows of no cache common to two processors, as on some virtual machines, wakes a thread where it slept, though a processor is idle: one
    // that has once come to its caller's stays there, and both take turns. A new thread is put where there is room. It costs some 100 µs and
    // does not help where all processors are busy: as long as new threads begin on the caller's processor too, it is tried half as often each time.
    private const double ShortestHandOver = 2, LongestHandOver = 256;

    private static readonly ParallelJob[] Jobs = CreateJobs();
    private static readonly object Gate = new();
    private static int started;
    private static int parked;
    private static int searching;
    private static double missedNanoseconds;
    private static int callerProcessor = -1;
    private static long handedOver;
    private static double handOverInterval = ShortestHandOver;

    /// <summary>For tests: every worker behaves as if it ran on its caller's processor.</summary>
    internal static bool AlwaysHandsOver { get; set; }

    /// <summary>Workers that have handed their place over to a new thread.</summary>
    internal static int HandedOver { get; private set; }

    public static ParallelJob? TakeJob()
    {
        foreach (ParallelJob job in Jobs)
        {
            if (job.TryTake()) return job;
        }

        return null;
    }

    public static void ReturnJob(ParallelJob job) => job.Return();

    /// <summary>
    /// Sees to it that <paramref name="helpers"/> threads look for work, without waiting for any of them. Threads that are awake come by
    /// themselves; sleeping ones are woken once the work on which they were missed is worth as much as the waking.
    /// </summary>
    public static void Call(int helpers, double nanoseconds)
    {
        int processor = Thread.GetCurrentProcessorId();
        if (Volatile.Read(ref callerProcessor) != processor) Volatile.Write(ref callerProcessor, processor);
        int wanted = helpers - Volatile.Read(ref searching);
        if (wanted <= 0) return;

        // Not exact when several callers add at once, which shifts a waking and no result.
        double missed = missedNanoseconds + nanoseconds;
        missedNanoseconds = missed >= WakingNanoseconds ? 0 : missed;
        if (missed < WakingNanoseconds) return;
        if (Volatile.Read(ref started) < helpers) Start(helpers);
        if (Volatile.Read(ref parked) == 0) return;
        lock (Gate)
        {
            for (int i = Math.Min(wanted, parked); i > 0; i--) Monitor.Pulse(Gate);
        }
    }

    private static ParallelJob[] CreateJobs()
    {
        var jobs = new ParallelJob[MaximumJobs];
        for (int i = 0; i < jobs.Length; i++) jobs[i] = new ParallelJob();
        return jobs;
    }

    private static void Start(int helpers)
    {
        lock (Gate)
        {
            while (started < helpers)
            {
                // Threads beyond the processors would only spin in the way of the others.
                bool spins = started < Environment.ProcessorCount - 1;
                started++;
                Start(started, spins);
            }
        }
    }

    private static void Start(int number, bool spins)
        => new Thread(() => Work(number, spins)) { IsBackground = true, Name = "WeightSharing " + number }.UnsafeStart();

    private static void Work(int number, bool spins)
    {
        using Parallelism.Scope alone = Parallelism.Limit(1);
        while (!spins || !HandsOver())
        {
            if (HelpAny()) continue;
            if (spins && Search()) continue;
            Park();
        }

        Start(number, spins);
    }

    /// <summary>True where this worker takes turns with its caller on one processor and a new thread should take its place.</summary>
    private static bool HandsOver()
    {
        if (Thread.GetCurrentProcessorId() != Volatile.Read(ref callerProcessor) && !AlwaysHandsOver)
        {
            // Written where it changes alone: the caller reads what lies beside it.
            if (Volatile.Read(ref handOverInterval) > ShortestHandOver) Volatile.Write(ref handOverInterval, ShortestHandOver);
            return false;
        }

        lock (Gate)
        {
            double sinceLast = Stopwatch.GetElapsedTime(handedOver).TotalMilliseconds;
            if (sinceLast < handOverInterval && !AlwaysHandsOver) return false;
            handOverInterval = Math.Min(2 * handOverInterval, LongestHandOver);
            handedOver = Stopwatch.GetTimestamp();
            HandedOver++;
            return true;
        }
    }

    private static bool HelpAny()
    {
        bool any = false;
        foreach (ParallelJob job in Jobs) any |= job.Help();
        return any;
    }

    private static bool AnyHasRoom()
    {
        foreach (ParallelJob job in Jobs)
        {
            if (job.HasRoom()) return true;
        }

        return false;
    }

    private static bool Search()
    {
        Interlocked.Increment(ref searching);
        long start = Stopwatch.GetTimestamp();
        bool found = AnyHasRoom();
        while (!found && Stopwatch.GetElapsedTime(start).TotalMilliseconds < SearchMilliseconds)
        {
            for (int turn = 0; turn < TurnsBetweenYields && !found; turn++)
            {
                Thread.SpinWait(4);
                found = AnyHasRoom();
            }

            if (!found) Thread.Yield();
        }

        Interlocked.Decrement(ref searching);
        return found;
    }

    private static void Park()
    {
        lock (Gate)
        {
            // Counted before looking, while a caller publishes before counting: one of both sees the other.
            parked++;
            Interlocked.MemoryBarrier();
            if (!AnyHasRoom()) Monitor.Wait(Gate);
            parked--;
        }
    }
}
