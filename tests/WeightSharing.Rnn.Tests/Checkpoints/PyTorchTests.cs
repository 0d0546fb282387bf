using WeightSharing.Checkpoints;
using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Layers;

namespace WeightSharing.Tests.Checkpoints;

/// <summary>Parameters under PyTorch's names, from files of PyTorch's, load as they are.</summary>
public sealed class PyTorchTests
{
    [Fact]
    public void An_LSTM_and_a_GRU_load_by_name_and_compute_what_PyTorch_computed()
    {
        SafetensorsFile lstmCase = Golden("lstm_bidirectional_2layer"), gruCase = Golden("gru_2layer");
        Tensor<double> x = Read(lstmCase, "input.x");
        var lstm = new Lstm<double>(x.Shape[2], 4, layers: 2, batchFirst: true, bidirectional: true);
        Assert.Empty(Checkpoint.Load(lstm, StateDict(lstmCase)).Missing);
        LstmState<double>? state = lstmCase.TryGet("input.h0", out _) ? new LstmState<double>(Read(lstmCase, "input.h0"), Read(lstmCase, "input.c0")) : null;
        Close.To(Read(lstmCase, "output.y.f64"), lstm.Forward(x, state).Output, 1e-10);

        x = Read(gruCase, "input.x");
        var gru = new Gru<double>(x.Shape[2], 4, layers: 2);
        Assert.Empty(Checkpoint.Load(gru, StateDict(gruCase)).Missing);
        Close.To(Read(gruCase, "output.y.f64"), gru.Forward(x, gruCase.TryGet("input.h0", out _) ? Read(gruCase, "input.h0") : null).Output, 1e-10);

        // And back: the same names, the same values.
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        Checkpoint.Save(gru, path);
        var other = new Gru<double>(x.Shape[2], 4, layers: 2);
        Checkpoint.Load(other, path);
        File.Delete(path);
        Assert.Equal(gru.Forward(x).Output.ToArray(), other.Forward(x).Output.ToArray());
    }

    private static SafetensorsFile Golden(string name) => SafetensorsFile.Read(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.safetensors"));

    // The parameters alone, as a state_dict has them.
    private static string StateDict(SafetensorsFile source)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        const string prefix = "param.";
        new SafetensorsFile(
            [.. source.Tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(tensor => tensor.Renamed(tensor.Name[prefix.Length..]))])
            .Write(path);
        return path;
    }

    private static Tensor<double> Read(SafetensorsFile file, string name)
    {
        StoredTensor tensor = file[name];
        var values = new double[tensor.Count];
        tensor.RoundTo<double>(values);
        return Tensor.From(values, new Shape(tensor.Shape));
    }
}
