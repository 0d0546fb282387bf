namespace WeightSharing.Tests.Docs;

/// <summary>Tests that redirect the process's console and current folder: one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleCollection
{
    public const string Name = "console";
}
