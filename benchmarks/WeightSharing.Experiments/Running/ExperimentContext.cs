using System.Runtime.ExceptionServices;
using WeightSharing.Experiments.Data;
using WeightSharing.Kernels;

namespace WeightSharing.Experiments.Running;

/// <summary>One piece of independent work.</summary>
/// <param name="Phase">Under which name its progress is shown.</param>
/// <param name="Cost">How long it takes, relative to others: the longest begin first, so that no processor is left waiting for one at the end.</param>
/// <param name="Run">The work; it must not depend on what other jobs have done.</param>
internal sealed record Job(string Phase, double Cost, Action Run);

/// <summary>What a run is given.</summary>
/// <param name="seed">Fixes all randomness.</param>
/// <param name="quick">A small version that takes seconds, for trying out.</param>
/// <param name="data">Where data comes from.</param>
/// <param name="progress">Where progress is shown.</param>
/// <param name="cancellation">Ends the run early.</param>
internal sealed class ExperimentContext(long seed, bool quick, DataSource data, IProgressView progress, CancellationToken cancellation)
{
    /// <summary>Fixes all randomness.</summary>
    public long Seed => seed;

    /// <summary>A small version that takes seconds, for trying out.</summary>
    public bool Quick => quick;

    /// <summary>Where data comes from.</summary>
    public DataSource Data => data;

    /// <summary>Ends the run early.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>
    /// Runs jobs side by side, each on one thread. Jobs are independent and the library's results do not depend on threads, so neither does the outcome.
    /// </summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void RunAll(IReadOnlyList<Job> jobs)
    {
        var waiting = new Queue<Job>(jobs.OrderByDescending(job => job.Cost));
        (string, int)[] phases = [.. jobs.GroupBy(job => job.Phase).Select(group => (group.Key, group.Count()))];
        progress.Show(phases, advance =>
        {
            Exception? failure = null;
            var workers = new Thread[Math.Min(Parallelism.Threads, jobs.Count)];
            for (int i = 0; i < workers.Length; i++) (workers[i] = new Thread(Work) { IsBackground = true }).Start();
            foreach (Thread worker in workers) worker.Join();
            if (failure is not null) ExceptionDispatchInfo.Throw(failure);

            void Work()
            {
                using Parallelism.Scope alone = Parallelism.Limit(1);
                while (Next() is { } job)
                {
                    try
                    {
                        cancellation.ThrowIfCancellationRequested();
                        job.Run();
                        advance(job.Phase);
                    }
                    catch (Exception exception)
                    {
                        Interlocked.CompareExchange(ref failure, exception, null);
                        return;
                    }
                }
            }

            Job? Next()
            {
                lock (waiting) return failure is null && waiting.TryDequeue(out Job? job) ? job : null;
            }
        });
    }
}
