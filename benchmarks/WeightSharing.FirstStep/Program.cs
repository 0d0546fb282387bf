using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Training;

// The smallest program that trains: a network of the LeNet kind makes one step with Adam on 64 images, prints its loss and ends. How long it takes from
// the start of the process to its end, and how large it is, says what the library costs before anything is computed. With the argument "empty" it does
// nothing at all, which is what the platform itself costs.
if (args is ["empty"]) return;

var model = new Sequential<float>(
    new Conv2d<float>(1, 8, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
    new Conv2d<float>(8, 16, kernelSize: 3, padding: 1), new Relu<float>(), new MaxPool2d<float>(2),
    new Flatten<float>(), new Dense<float>(16 * 7 * 7, 10));
model.Initialize(seed: 1);
var optimizer = new Adam<float>(model.Parameters);
Tensor<float> images = Tensor.Uniform<float>([64, 1, 28, 28], RandomKey.Of(1));
Tensor<int> labels = Tensor.From(Enumerable.Range(0, 64).Select(i => i % 10).ToArray());

using (TensorScope.Begin())
{
    optimizer.ZeroGradient();
    Tensor<float> loss = Loss.CrossEntropy(model.Forward(images), labels);
    loss.Backward();
    optimizer.Step();
    Console.WriteLine(loss.Item());
}
