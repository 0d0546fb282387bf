// Learns to tell horizontal, vertical and diagonal stripes apart, wherever they lie: a small convolutional net, from data to accuracy.
// Inside the repository: dotnet run docs/examples/train-a-network.cs
// Outside it, put this line in place of the next: #:package WeightSharing@0.1.0
#:project ../../src/WeightSharing
using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Training;

var (trainImages, trainLabels) = Stripes(count: 240, RandomKey.Of(1));
var (testImages, testLabels) = Stripes(count: 120, RandomKey.Of(2));

var model = new Sequential<float>(
    new Conv2d<float>(1, 8, kernelSize: 3, padding: 1), new Relu<float>(), new GlobalMaxPool<float>(), new Dense<float>(8, 3));
model.Initialize(seed: 1);
var optimizer = new Adam<float>(model.Parameters, learningRate: 0.02);

var batches = new TensorDataSource<float, int>(trainImages, trainLabels, batchSize: 40, seed: 1);
for (int epoch = 0; epoch < 20; epoch++)
{
    foreach (var (images, labels) in batches.Batches(epoch))
    {
        using var step = TensorScope.Begin();
        optimizer.ZeroGradient();
        Loss.CrossEntropy(model.Forward(images), labels).Backward();
        optimizer.Step();
    }
}

model.Evaluate();
using (NoGrad.Begin())
{
    int[] guesses = model.Forward(testImages).ArgMax(1).ToArray();
    int right = guesses.Zip(testLabels.ToArray()).Count(pair => pair.First == pair.Second);
    Console.WriteLine(right >= 114 ? "at least 95 % of the test images are recognised" : $"only {right} are recognised");
}

Console.WriteLine(SharingReport.Of(model, () => model.Forward(testImages)));

// Images [count, 1, 8, 8] of stripes with noise, a third of each kind.
static (Tensor<float> Images, Tensor<int> Labels) Stripes(int count, RandomKey key)
{
    Tensor<float> images = 0.3f * Tensor.Normal<float>([count, 1, 8, 8], key.Fork("noise"));
    int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
    for (int i = 0; i < count; i++)
    {
        int phase = key.Fork("phase").Below(4, (ulong)i);
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                int along = labels[i] switch { 0 => y, 1 => x, _ => x + y };
                if ((along + phase) % 4 < 2) images[i, 0, y, x] += 1;
            }
        }
    }

    return (images, Tensor.From(labels));
}

// Prints:
// at least 95 % of the test images are recognised
// parameter  free  used as           unshared  saving
// ─────────  ────  ────────────────  ────────  ──────
// 0.weight     72  1 use, 64 places     4,608     64×
// 0.bias        8  1 use, 64 places       512     64×
// 3.weight     24  1 use, 1 place          24      1×
// 3.bias        3  1 use, 1 place           3      1×
// ─────────  ────  ────────────────  ────────  ──────
// total       107                       5,147   48.1×
