namespace WeightSharing.Kernels;

/// <summary>Work that is cut into chunks: by its shape, never by the number of threads, so that results do not depend on that number.</summary>
internal interface IParallelWork
{
    /// <summary>Does one chunk. Chunks run in any order, on any thread, several at a time.</summary>
    void Run(int chunk);
}

/// <summary>How many threads the library's operations may use.</summary>
/// <remarks>Results are bitwise the same for any number of threads.</remarks>
public static class Parallelism
{
    /// <summary>Environment variable that sets the default number of threads.</summary>
    public const string VariableName = "WEIGHTSHARING_THREADS";

    private static readonly int Default = ReadDefault(Environment.GetEnvironmentVariable(VariableName));

    // 0: no limit of its own, the default holds.
    [ThreadStatic]
    private static int limit;

    /// <summary>The number of threads that operations called on this thread may use, the calling thread included.</summary>
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

    /// <summary>Runs chunks 0 … <paramref name="chunks"/> − 1 of <paramref name="work"/> and returns when all have ended.</summary>
    internal static void For<TWork>(int chunks, ref TWork work)
        where TWork : struct, IParallelWork, allows ref struct
    {
        for (int chunk = 0; chunk < chunks; chunk++) work.Run(chunk);
    }

    internal static int ReadDefault(string? value)
    {
        if (string.IsNullOrEmpty(value)) return Environment.ProcessorCount;
        return int.TryParse(value, out int threads) && threads >= 1
            ? threads
            : throw new InvalidOperationException($"{VariableName}={value}: expected a number of threads, at least 1.");
    }

    /// <summary>The extent of a limit; bound to its thread.</summary>
    public readonly ref struct Scope
    {
        private readonly int former;

        internal Scope(int former) => this.former = former;

        /// <summary>Restores the limit that held before.</summary>
        public void Dispose() => limit = former;
    }
}
