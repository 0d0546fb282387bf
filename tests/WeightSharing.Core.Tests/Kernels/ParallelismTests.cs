using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public class ParallelismTests
{
    private struct CountWork : IParallelWork
    {
        public int[] Runs;

        public readonly void Run(int chunk) => Interlocked.Increment(ref Runs[chunk]);
    }

    private ref struct SpanWork : IParallelWork
    {
        public ReadOnlySpan<int> Source;
        public Span<int> Target;

        public readonly void Run(int chunk) => Target[chunk] = 2 * Source[chunk];
    }

    private struct NestedWork : IParallelWork
    {
        public int[] Sums;
        public int InnerThreads;

        public readonly void Run(int chunk)
        {
            Assert.Equal(1, Parallelism.Threads);
            using Parallelism.Scope limit = Parallelism.Limit(InnerThreads);
            var inner = new CountWork { Runs = new int[50] };
            Parallelism.For(50, ref inner);
            Sums[chunk] = inner.Runs.Sum();
        }
    }

    private struct FailingWork : IParallelWork
    {
        public int[] Runs;
        public int Fails;

        public readonly void Run(int chunk)
        {
            if (chunk >= Fails) throw new InvalidOperationException($"chunk {chunk}");
            Thread.SpinWait(200);
            Interlocked.Increment(ref Runs[chunk]);
        }
    }

    private struct PeakWork : IParallelWork
    {
        public int[] RunningAndPeak;

        public readonly void Run(int chunk)
        {
            int running = Interlocked.Increment(ref RunningAndPeak[0]);
            int peak;
            while ((peak = Volatile.Read(ref RunningAndPeak[1])) < running)
            {
                Interlocked.CompareExchange(ref RunningAndPeak[1], running, peak);
            }

            Thread.SpinWait(500);
            Interlocked.Decrement(ref RunningAndPeak[0]);
        }
    }

    // Two chunks that wait for each other: they end only if two threads run at once.
    private struct RendezvousWork : IParallelWork
    {
        public CountdownEvent Arrivals;

        public readonly void Run(int chunk)
        {
            Arrivals.Signal();
            Assert.True(Arrivals.Wait(TimeSpan.FromSeconds(30)));
        }
    }

    private struct StateWork : IParallelWork
    {
        public int Total;

        public void Run(int chunk) => Interlocked.Add(ref Total, chunk);
    }

    [Fact]
    public void Workers_that_hand_their_place_over_lose_no_chunk_and_leave_no_thread()
    {
        int before = Workers.HandedOver;
        Workers.AlwaysHandsOver = true;
        try
        {
            using Parallelism.Scope limit = Parallelism.Limit(4);
            for (int loop = 0; loop < 100 || Workers.HandedOver < before + 300 && Environment.ProcessorCount > 1; loop++)
            {
                var work = new CountWork { Runs = new int[64] };
                Parallelism.For(64, ref work);
                Assert.All(work.Runs, runs => Assert.Equal(1, runs));
            }
        }
        finally
        {
            Workers.AlwaysHandsOver = false;
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Assert.True(process.Threads.Count < 200, $"{process.Threads.Count} threads after {Workers.HandedOver - before} were handed over.");
    }

    [Fact]
    public void Limits_nest_and_end()
    {
        int before = Parallelism.Threads;
        using (Parallelism.Limit(3))
        {
            Assert.Equal(3, Parallelism.Threads);
            using (Parallelism.Limit(1)) Assert.Equal(1, Parallelism.Threads);
            Assert.Equal(3, Parallelism.Threads);
        }

        Assert.Equal(before, Parallelism.Threads);
    }

    [Fact]
    public void A_limit_belongs_to_its_thread()
    {
        int before = Parallelism.Threads;
        int elsewhere = 0;
        using Parallelism.Scope limit = Parallelism.Limit(before + 5);
        var thread = new Thread(() => elsewhere = Parallelism.Threads);
        thread.Start();
        thread.Join();
        Assert.Equal(before, elsewhere);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_below_one_is_refused(int threads)
    {
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
        });
        Assert.StartsWith("Parallelism.Limit: the number of threads counts the calling one; it must be at least 1.", exception.Message);
    }

    [Fact]
    public void The_default_comes_from_the_environment()
    {
        Assert.Equal(Environment.ProcessorCount, Parallelism.ReadDefault(null));
        Assert.Equal(Environment.ProcessorCount, Parallelism.ReadDefault(""));
        Assert.Equal(3, Parallelism.ReadDefault("3"));
        foreach (string wrong in (string[])["0", "-2", "many", "1.5"])
        {
            InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Parallelism.ReadDefault(wrong));
            Assert.Equal($"WEIGHTSHARING_THREADS={wrong}: expected a number of threads, at least 1.", exception.Message);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_chunk_runs_once(int threads)
    {
        using Parallelism.Scope limit = Parallelism.Limit(threads);
        foreach (int chunks in (int[])[0, 1, 2, 7, 1000])
        {
            for (int repeat = 0; repeat < 200; repeat++)
            {
                var work = new CountWork { Runs = new int[chunks] };
                Parallelism.For(chunks, ref work);
                Assert.All(work.Runs, runs => Assert.Equal(1, runs));
            }
        }
    }

    [Fact]
    public void Work_may_hold_spans()
    {
        using Parallelism.Scope limit = Parallelism.Limit(4);
        int[] source = [.. Enumerable.Range(0, 500)];
        var target = new int[500];
        var work = new SpanWork { Source = source, Target = target };
        Parallelism.For(500, ref work);
        Assert.Equal(source.Select(x => 2 * x), target);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_fields_of_the_work_come_back(int threads)
    {
        using Parallelism.Scope limit = Parallelism.Limit(threads);
        var work = new StateWork();
        Parallelism.For(100, ref work);
        Assert.Equal(4950, work.Total);
    }

    [Fact]
    public void Two_threads_work_at_once()
    {
        using Parallelism.Scope limit = Parallelism.Limit(2);
        using var arrivals = new CountdownEvent(2);
        var work = new RendezvousWork { Arrivals = arrivals };
        Parallelism.For(2, ref work);
        Assert.True(arrivals.IsSet);
    }

    [Fact]
    public void No_more_threads_than_the_limit_take_part()
    {
        // Starts more workers than the second loop may use.
        using (Parallelism.Limit(8))
        {
            var first = new CountWork { Runs = new int[100] };
            Parallelism.For(100, ref first);
        }

        using Parallelism.Scope limit = Parallelism.Limit(3);
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var work = new PeakWork { RunningAndPeak = new int[2] };
            Parallelism.For(40, ref work);
            Assert.InRange(work.RunningAndPeak[1], 1, 3);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Nested_loops_run_to_their_end(int innerThreads)
    {
        using Parallelism.Scope limit = Parallelism.Limit(4);
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var work = new NestedWork { Sums = new int[20], InnerThreads = innerThreads };
            Parallelism.For(20, ref work);
            Assert.All(work.Sums, sum => Assert.Equal(50, sum));
            Assert.Equal(4, Parallelism.Threads);
        }
    }

    [Fact]
    public void Many_threads_may_loop_at_once()
    {
        var failures = new List<Exception>();
        Thread[] callers = [.. Enumerable.Range(0, 24).Select(_ => new Thread(() =>
        {
            try
            {
                using Parallelism.Scope limit = Parallelism.Limit(3);
                for (int repeat = 0; repeat < 200; repeat++)
                {
                    var work = new CountWork { Runs = new int[17] };
                    Parallelism.For(17, ref work);
                    Assert.All(work.Runs, runs => Assert.Equal(1, runs));
                }
            }
            catch (Exception exception)
            {
                lock (failures) failures.Add(exception);
            }
        }))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void The_failure_of_the_lowest_chunk_reaches_the_caller(int threads)
    {
        using Parallelism.Scope limit = Parallelism.Limit(threads);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            var work = new FailingWork { Runs = new int[100], Fails = 10 };
            InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Parallelism.For(100, ref work));
            Assert.Equal("chunk 10", exception.Message);
            Assert.Equal(10, work.Runs.Sum());
            Assert.Equal(threads, Parallelism.Threads);
        }

        // The workers have survived.
        var after = new CountWork { Runs = new int[100] };
        Parallelism.For(100, ref after);
        Assert.All(after.Runs, runs => Assert.Equal(1, runs));
    }

    [Fact]
    public void A_loop_in_steady_state_allocates_nothing()
    {
        using Parallelism.Scope limit = Parallelism.Limit(3);
        var work = new StateWork();
        for (int repeat = 0; repeat < 100; repeat++) Parallelism.For(10, ref work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int repeat = 0; repeat < 100; repeat++) Parallelism.For(10, ref work);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Little_work_stays_on_the_callers_thread()
    {
        using Parallelism.Scope limit = Parallelism.Limit(2);
        Assert.False(Parallelism.Pays(Parallelism.MinimumNanoseconds / 2));
        Assert.True(Parallelism.Pays(Parallelism.MinimumNanoseconds));
        using Parallelism.Scope alone = Parallelism.Limit(1);
        Assert.False(Parallelism.Pays(double.MaxValue));
    }
}
