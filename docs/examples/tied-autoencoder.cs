// An autoencoder whose decoder is its encoder, transposed: one weight, two uses, and what each use asks of it.
// Inside the repository: dotnet run docs/examples/tied-autoencoder.cs
// Outside it, put this line in place of the next: #:package WeightSharing@0.1.0
#:project ../../src/WeightSharing
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

var encoder = new Dense<double>(16, 2);
var decoder = new Dense<double>(2, 16, weight: encoder.Weight.Transposed());
var model = new Sequential<double>(encoder, decoder);
model.Initialize(seed: 1);

// Points of a plane in 16 dimensions: two numbers say where each one lies.
Tensor<double> plane = Tensor.Normal<double>([2, 16], RandomKey.Of(1));
Tensor<double> data = Tensor.Normal<double>([64, 2], RandomKey.Of(2)).MatMul(plane);

Console.WriteLine(SharingReport.Of(model, () => model.Forward(data)));

using (UsageLedger.TrackContributions()) Loss.MeanSquaredError(model.Forward(data), data).Backward();
foreach (UsageContribution<double> part in encoder.Weight.Parameter.Ledger.Contributions())
{
    Console.WriteLine($"{part.Usage}: {part.Share:0%} of the gradient");
}

var optimizer = new Adam<double>(model.Parameters, learningRate: 0.02);
for (int i = 0; i < 500; i++)
{
    using var step = TensorScope.Begin();
    optimizer.ZeroGradient();
    Loss.MeanSquaredError(model.Forward(data), data).Backward();
    optimizer.Step();
}

double variance = (data * data).Mean().Item();
double error = Loss.MeanSquaredError(model.Forward(data), data).Item();
Console.WriteLine(error < 0.01 * variance ? "two numbers explain more than 99 % of the data" : $"error {error / variance:0.000}");

// Prints:
// parameter            free  used as           unshared  saving
// ───────────────────  ────  ────────────────  ────────  ──────
// 0.weight = 1.weight    32  2 uses, 2 places        64      2×
// 0.bias                  2  1 use, 1 place           2      1×
// 1.bias                 16  1 use, 1 place          16      1×
// ───────────────────  ────  ────────────────  ────────  ──────
// total                  50                          82   1.64×
// 0.weight: 42% of the gradient
// 1.weight (transposed): 58% of the gradient
// two numbers explain more than 99 % of the data
