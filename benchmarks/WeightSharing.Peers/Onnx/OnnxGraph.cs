using System.Globalization;
using System.Runtime.InteropServices;

namespace WeightSharing.Peers.Onnx;

/// <summary>Builds a model in the ONNX format, operator by operator; weights are constants in it.</summary>
/// <remarks>Field numbers: onnx.proto of ONNX 1.16 (ir_version 9), operators of opset 20.</remarks>
internal sealed class OnnxGraph
{
    private const int FloatType = 1, Int64Type = 7, IrVersion = 9, OperatorSet = 20;
    private readonly ProtobufWriter nodes = new();
    private readonly List<(string Name, float[] Values, long[] Shape)> inputs = [];
    private int count;

    /// <summary>The inputs, with the values that they are bound to.</summary>
    public IReadOnlyList<(string Name, float[] Values, long[] Shape)> Inputs => inputs;

    /// <summary>An input of the model; returns its name.</summary>
    public string Input(float[] values, params long[] shape)
    {
        string name = NextName();
        inputs.Add((name, values, shape));
        nodes.Message(11, ValueInfo(name, shape));
        return name;
    }

    /// <summary>A constant of the model; returns its name.</summary>
    public string Constant(float[] values, params long[] shape) => Initializer(FloatType, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>A constant of whole numbers, such as a shape; returns its name.</summary>
    public string Constant(params long[] values) => Initializer(Int64Type, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>Applies an operator; returns the name of its first result.</summary>
    /// <param name="type">The operator, for example <c>Conv</c>.</param>
    /// <param name="operands">Names of its operands.</param>
    /// <param name="attributes">Its attributes: long, float or long[].</param>
    public string Apply(string type, string[] operands, params (string Name, object Value)[] attributes)
    {
        string result = NextName();
        var node = new ProtobufWriter();
        foreach (string operand in operands) node.Text(1, operand);
        node.Text(2, result).Text(3, result).Text(4, type);
        foreach ((string name, object value) in attributes) node.Message(5, Attribute(name, value));
        nodes.Message(1, node);
        return result;
    }

    /// <summary>The model's file, with this one output.</summary>
    public byte[] ToModel(string output)
    {
        nodes.Text(2, "work").Message(12, ValueInfo(output, null));
        return new ProtobufWriter()
            .Number(1, IrVersion)
            .Message(7, nodes)
            .Message(8, new ProtobufWriter().Text(1, "").Number(2, OperatorSet))
            .ToArray();
    }

    private string Initializer(int type, ReadOnlySpan<byte> values, long[] shape)
    {
        string name = NextName();
        var tensor = new ProtobufWriter();
        foreach (long extent in shape) tensor.Number(1, extent);
        nodes.Message(5, tensor.Number(2, type).Text(8, name).Bytes(9, values));
        return name;
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        ProtobufWriter attribute = new ProtobufWriter().Text(1, name);
        switch (value)
        {
            case float number: return attribute.Float(2, number).Number(20, 1);
            case long number: return attribute.Number(3, number).Number(20, 2);
            case long[] numbers:
                foreach (long number in numbers) attribute.Number(8, number);
                return attribute.Number(20, 7);
            default: throw new ArgumentException($"Attribute {name}: {value.GetType().Name} is neither float, long nor long[].");
        }
    }

    private static ProtobufWriter ValueInfo(string name, long[]? shape)
    {
        ProtobufWriter tensor = new ProtobufWriter().Number(1, FloatType);
        if (shape is not null)
        {
            var dimensions = new ProtobufWriter();
            foreach (long extent in shape) dimensions.Message(1, new ProtobufWriter().Number(1, extent));
            tensor.Message(2, dimensions);
        }

        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensor));
    }

    private string NextName() => "t" + count++.ToString(CultureInfo.InvariantCulture);
}
