using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

// Trains a small net with tied filters and a tied decoder, in float and in double, saves it, loads it into another net, and prints what every way
// of building the program must reproduce: a line "name numbers.." to compare by number, a line without numbers to compare by letter.
// The folder for the files is the only argument; without one the program computes a single product, to measure how long it takes to start.
if (args.Length == 0)
{
    Console.WriteLine(Tensor.Eye<float>(2).MatMul(Tensor.Ones<float>([2, 2])).Sum().Item());
    return;
}

Train<float>("float", Path.Combine(args[0], "float.safetensors"), parameters => new Sgd<float>(parameters, learningRate: 0.1, momentum: 0.9));
Train<double>("double", Path.Combine(args[0], "double.safetensors"), parameters => new Adam<double>(parameters, learningRate: 1e-2));
GradCheckResult check = GradCheck.Verify(x => x.Tanh().MatMul(x.Transpose()).Softmax(-1).Sum(0), [3, 4]);
Console.WriteLine(check.Error < 1e-6 ? "gradients agree with differences" : "gradients disagree");

static Sequential<T> Net<T>()
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    var encoder = new Dense<T>(64, 16);
    return new Sequential<T>(
        new Conv2d<T>(1, 4, kernelSize: 3, padding: 1, tying: Tying.Palindrome(3)), new Tanh<T>(), new AveragePool2d<T>(2), new Flatten<T>(),
        encoder, new Tanh<T>(), new Dense<T>(16, 64, weight: encoder.Weight.Transposed()), new Tanh<T>(), new Dense<T>(64, 10));
}

static void Train<T>(string name, string path, Func<ParameterSet<T>, Optimizer<T>> make)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    Sequential<T> net = Net<T>();
    net.Initialize(seed: 1);
    Tensor<T> images = Tensor.Uniform<T>([32, 1, 8, 8], RandomKey.Of(1));
    Tensor<int> labels = Tensor.From(Enumerable.Range(0, 32).Select(i => i % 10).ToArray());
    Optimizer<T> optimizer = make(net.Parameters);
    for (int step = 0; step < 20; step++)
    {
        using var scope = TensorScope.Begin();
        optimizer.ZeroGradient();
        Tensor<T> loss = Loss.CrossEntropy(net.Forward(images), labels);
        loss.Backward();
        optimizer.Step();
        Console.WriteLine($"{name} loss {loss.Item()}");
    }

    Console.WriteLine(SharingReport.Of(net));
    Checkpoint.Save(net, path);
    Sequential<T> other = Net<T>();
    Checkpoint.Load(other, path);
    Tensor<T> expected = net.Forward(images), actual = other.Forward(images);
    Console.WriteLine(expected.ToArray().AsSpan().SequenceEqual(actual.ToArray()) ? "the loaded net is the saved one" : "the loaded net differs");
    Console.WriteLine($"{name} logits {string.Join(' ', actual[..2].ToArray())}");
    bool same = net.Clone().Verify(SharingGraph.Of(net)).Holds && other.To<double>().Verify(SharingGraph.Of(net)).Holds;
    Console.WriteLine(same ? "copies share as the original does" : "copies share otherwise");
    Console.WriteLine($"{name} filter {string.Join(' ', other.Parameters["0.weight"].Value[..1].ToArray())}");
}
