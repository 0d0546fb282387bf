using TorchSharp;
using WeightSharing.Peers.Contestants;
using WeightSharing.Peers.Running;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>
/// The cost of an operation itself: sums of 8 numbers. The forward rows named "recorded" note the operation for a backward pass that is not
/// run; scopes are around many of them, as in a longer step.
/// </summary>
internal static class SmallWorks
{
    private const int Count = 8;

    public static IEnumerable<Work> All =>
    [
        Recorded("add 8 recorded", ScopeUse.None),
        Recorded("add 8 recorded, in a scope", ScopeUse.Around),
        new("add 8", Mode.Forward, Count, contest => Enter(contest, ScopeUse.None)),
        new("add 8", Mode.Training, 2 * Count, contest => Enter(contest, ScopeUse.None)),
        new("add 8, in a scope", Mode.Training, 2 * Count, contest => Enter(contest, ScopeUse.Around)),
    ];

    private static Work Recorded(string name, ScopeUse scopes) => new(name, Mode.Forward, Count, contest =>
    {
        (float[] a, float[] b) = (Numbers.Uniform(Count, 1), Numbers.Uniform(Count, 2));
        Tensor<float> left = Tensor.From(a, Count).RequireGradient(), right = Tensor.From(b, Count).RequireGradient();
        contest.OursRecorded(scopes, () => left + right);

        torch.Tensor torchA = contest.Own(torch.tensor(a, requires_grad: true)), torchB = contest.Own(torch.tensor(b, requires_grad: true));
        contest.LibtorchRecorded(() => torchA + torchB);
    });

    private static void Enter(Contest contest, ScopeUse scopes)
    {
        (float[] a, float[] b) = (Numbers.Uniform(Count, 1), Numbers.Uniform(Count, 2));
        Tensor<float> left = contest.Leaf(a, Count), right = contest.Leaf(b, Count);
        contest.Ours(scopes, () => left + right, left, right);

        torch.Tensor torchA = contest.TorchLeaf(a, Count), torchB = contest.TorchLeaf(b, Count);
        contest.Libtorch(() => torchA + torchB, torchA, torchB);
        contest.Ort(graph => graph.Apply("Add", [graph.Input(a, Count), graph.Input(b, Count)]), Count);
    }
}
