using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using WeightSharing.Peers.Onnx;

namespace WeightSharing.Peers.Contestants;

/// <summary>Inference with all optimisations of the graph, constant weights, and inputs and outputs bound beforehand.</summary>
internal sealed class OrtForward : Contestant
{
    private readonly List<OrtValue> values = [];
    private readonly SessionOptions options = new();
    private readonly RunOptions runOptions = new();
    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly OrtValue output;

    public OrtForward(OnnxGraph model, string outputName, long[] outputShape, int threads)
    {
        options.IntraOpNumThreads = threads;
        options.InterOpNumThreads = 1;
        options.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
        options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
        session = new InferenceSession(model.ToModel(outputName), options);
        binding = session.CreateIoBinding();
        foreach ((string name, float[] numbers, long[] shape) in model.Inputs)
        {
            OrtValue value = Value(shape);
            numbers.CopyTo(value.GetTensorMutableDataAsSpan<float>());
            binding.BindInput(name, value);
        }

        output = Value(outputShape);
        binding.BindOutput(outputName, output);
    }

    public override void Run(int times)
    {
        for (int i = 0; i < times; i++) session.RunWithBinding(runOptions, binding);
    }

    public override float[][] RunAndRead()
    {
        Run(1);
        return [output.GetTensorDataAsSpan<float>().ToArray()];
    }

    public override void Dispose()
    {
        binding.Dispose();
        session.Dispose();
        foreach (OrtValue value in values) value.Dispose();
        runOptions.Dispose();
        options.Dispose();
        base.Dispose();
    }

    private OrtValue Value(long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
        values.Add(value);
        return value;
    }
}
