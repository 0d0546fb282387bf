// A dense layer whose weight matrix is tied as a convolution's computes that convolution, gradients included.
// Inside the repository: dotnet run docs/examples/convolution-is-a-tying.cs
// Outside it, put this line in place of the next: #:package WeightSharing@0.1.0
#:project ../../src/WeightSharing
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

Tying tying = Tying.ConvolutionMatrix(inputChannels: 1, outputChannels: 2, image: 6, kernel: 3);
Console.WriteLine($"{tying}: {tying.EntryCount} entries that are not zero");

var convolution = new Conv2d<double>(1, 2, kernelSize: 3, bias: false);
convolution.Initialize(seed: 1);
var dense = new Dense<double>(36, 2 * 4 * 4, bias: false, tying: tying);
dense.Weight.Parameter.Set(convolution.Weight.Value.Reshape(dense.Weight.Parameter.Shape));

Tensor<double> images = Tensor.Normal<double>([5, 1, 6, 6], RandomKey.Of(1));
Tensor<double> a = convolution.Forward(images).Flatten(1), b = dense.Forward(images.Flatten(1));
Console.WriteLine($"the outputs agree: {Largest(a - b) < 1e-12}");

(a * a).Sum().Backward();
(b * b).Sum().Backward();
Tensor<double> left = convolution.Weight.Parameter.Gradient!.Flatten(), right = dense.Weight.Parameter.Gradient!.Flatten();
Console.WriteLine($"the gradients agree: {Largest(left - right) < 1e-10}");

// The way back: any dense matrix has a nearest convolution. A random one is far from it.
Tensor<double> random = Tensor.Normal<double>(tying.FullShape, RandomKey.Of(2));
Console.WriteLine($"a random matrix of norm {random.Norm().Item():0.0} is {tying.Distance(random):0.0} away from a convolution");

static double Largest(Tensor<double> x) => x.Abs().Max().Item();

// Prints:
// convolution matrix: 18 free → [32, 36]: 288 entries that are not zero
// the outputs agree: True
// the gradients agree: True
// a random matrix of norm 33.5 is 33.2 away from a convolution
