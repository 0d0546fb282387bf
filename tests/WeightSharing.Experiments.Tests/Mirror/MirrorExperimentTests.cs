using WeightSharing.Experiments.Mirror;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Mirror;

public sealed class MirrorExperimentTests
{
    [Fact]
    public void The_waveform_is_symmetric_and_the_noise_antisymmetric()
    {
        Assert.Equal(MirrorTrial.Waveform, MirrorTrial.Waveform.Reverse());
        Assert.Equal(0, Tying.Palindrome(MirrorTrial.Length).Distance(Tensor.From(MirrorTrial.Waveform)));
        Tensor<double> noise = MirrorTrial.Antisymmetric(4, RandomKey.Of(1));
        Assert.Equal(0, Tying.Antisymmetric(MirrorTrial.Length).Distance(noise));
        Assert.Equal(1, (MirrorTrial.Antisymmetric(2000, RandomKey.Of(1)) * MirrorTrial.Antisymmetric(2000, RandomKey.Of(1))).Mean().Item() * 31 / 30, 0.05);
    }

    // The tied filter cannot answer to antisymmetric input; the free one, with as many windows, does, and pays for it.
    [Fact]
    public void The_mirrored_filter_gains_more_and_is_deaf_to_antisymmetric_input()
    {
        MirrorOutcome tied = MirrorTrial.Run(true, 50, RandomKey.Of(1), TestContext.Current.CancellationToken);
        MirrorOutcome free = MirrorTrial.Run(false, 50, RandomKey.Of(1), TestContext.Current.CancellationToken);
        Assert.InRange(tied.AntisymmetricResponse, 0, 1e-6);
        Assert.True(free.AntisymmetricResponse > 1e-3);
        Assert.True(tied.Gain > free.Gain && free.Gain > 0);
        Assert.Equal((16L, 31L), (MirrorTrial.Filter(true).Parameters.FreeCount, MirrorTrial.Filter(false).Parameters.FreeCount));
    }
}
