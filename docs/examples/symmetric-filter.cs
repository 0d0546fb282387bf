// Learns a linear-phase filter from its input and output: nine taps, of which symmetry leaves five free.
// Inside the repository: dotnet run docs/examples/symmetric-filter.cs
// Outside it, put this line in place of the next: #:package WeightSharing@0.1.0
#:project ../../src/WeightSharing
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

double[] wanted = [-0.02, 0.0, 0.1, 0.25, 0.34, 0.25, 0.1, 0.0, -0.02];
Tensor<double> signal = Tensor.Normal<double>([1, 1, 400], RandomKey.Of(1));
Tensor<double> clean = signal.Conv1d(Tensor.From(wanted, [1, 1, 9]));
Tensor<double> observed = clean + 0.3 * Tensor.Normal<double>(clean.Shape, RandomKey.Of(2));

double free = Learn(new Conv1d<double>(1, 1, kernelSize: 9, bias: false));
double tied = Learn(new Conv1d<double>(1, 1, kernelSize: 9, bias: false, tying: Tying.Palindrome(9)));
Console.WriteLine(tied < free ? "half the values, and nearer to the truth" : "symmetry did not help");

double Learn(Conv1d<double> filter)
{
    filter.Initialize(seed: 1);
    var optimizer = new Adam<double>(filter.Parameters, learningRate: 0.02);
    for (int i = 0; i < 300; i++)
    {
        using var step = TensorScope.Begin();
        optimizer.ZeroGradient();
        Loss.MeanSquaredError(filter.Forward(signal), observed).Backward();
        optimizer.Step();
    }

    double[] taps = filter.Weight.Value.ToArray();
    double error = Math.Sqrt(taps.Zip(wanted).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
    string list = string.Join(" ", taps.Select(tap => $"{tap:0.00}"));
    Console.WriteLine($"{filter.Weight.Parameter.Count} free values: taps {list}, error {error:0.000}");
    return error;
}

// Prints:
// 9 free values: taps -0.02 -0.01 0.07 0.24 0.33 0.24 0.11 0.07 -0.03, error 0.078
// 5 free values: taps -0.02 0.03 0.09 0.24 0.33 0.24 0.09 0.03 -0.02, error 0.047
// half the values, and nearer to the truth
