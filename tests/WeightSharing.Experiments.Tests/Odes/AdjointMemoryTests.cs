using WeightSharing.Experiments.Odes;
using WeightSharing.Layers;

namespace WeightSharing.Tests.Odes;

/// <summary>Live bytes are those of the whole process: nothing else may run beside.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "live bytes of the process";
}

[Collection(MemoryCollection.Name)]
public sealed class AdjointMemoryTests
{
    [Fact]
    public void Memory_through_the_steps_grows_with_them()
    {
        long few = AdjointMemory.Peak(OdeGradient.ThroughSteps, 4), many = AdjointMemory.Peak(OdeGradient.ThroughSteps, 40);
        Assert.True(many > 3 * few, $"{few} → {many}");
    }
}
