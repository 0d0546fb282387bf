using TorchSharp;
using TorchSharp.Modules;
using WeightSharing.Peers.Running;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Peers.Works;

/// <summary>One step of an optimizer over one parameter. Operations: one an element.</summary>
internal static class OptimizerWorks
{
    public static IEnumerable<Work> All =>
    [
        .. new[] { 4096, 1 << 20 }.SelectMany(count => (IEnumerable<Work>)
        [
            Step("sgd", count, set => new Sgd<float>(set, 1e-3), parameters => torch.optim.SGD(parameters, 1e-3)),
            Step("sgd momentum", count, set => new Sgd<float>(set, 1e-3, momentum: 0.9), parameters => torch.optim.SGD(parameters, 1e-3, momentum: 0.9)),
            Step("adam", count, set => new Adam<float>(set), parameters => torch.optim.Adam(parameters)),
        ]),
    ];

    private static Work Step(
        string name, int count, Func<ParameterSet<float>, Optimizer<float>> ours, Func<IEnumerable<Parameter>, torch.optim.Optimizer> libtorch) =>
        new($"{name} step {count}", Mode.Step, count, contest =>
        {
            float[] p = Numbers.Uniform(count, 1), g = Numbers.Uniform(count, 2);
            var parameter = new Parameter<float>(Tensor.From(p, count));
            Optimizer<float> optimizer = ours(new ParameterSet<float>([("p", parameter)]));
            parameter.Value.Backward(Tensor.From(g, count));
            contest.OurStep(() => optimizer.Step(), parameter.Value);

            Parameter torchP = contest.Own(new Parameter(torch.tensor(p)));
            torchP.grad = contest.Torch(g, count);
            torch.optim.Optimizer torchOptimizer = contest.Own(libtorch([torchP]));
            contest.LibtorchStep(() => torchOptimizer.step(), torchP);
        });
}
