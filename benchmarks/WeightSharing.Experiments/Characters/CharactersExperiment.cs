using System.Globalization;
using WeightSharing.Experiments.Reporting;
using WeightSharing.Experiments.Running;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Characters;

/// <summary>A model of the next character, with one LSTM for every place of the text; it writes a little of its own.</summary>
internal sealed class CharactersExperiment : Experiment
{
    /// <inheritdoc/>
    public override string Name => "characters";

    /// <inheritdoc/>
    public override string Summary => "A recurrent net learns to write, character by character: Shakespeare's plays with --data, some of his sonnets without.";

    /// <inheritdoc/>
    public override IReadOnlyList<MetricGroup> Metrics { get; } = [new("Bits a character on the last tenth of the text, after the best pass", ["bpc"])];

    /// <inheritdoc/>
    public override ExperimentResult Run(ExperimentContext context)
    {
        RandomKey key = RandomKey.Of(context.Seed);
        CharacterText text = CharacterText.Load(context.Data);
        int passes = context.Quick ? 1 : 20, hidden = context.Quick ? 64 : text.IsLarge ? 256 : 128;
        var model = new CharacterModel(text.Symbols, hidden, key.Fork("weights"));
        double[] bits = model.Train(text, passes, context.Cancellation);
        var metrics = new MetricSet(this) { ["bpc"] = bits.Min() };
        string sample = model.Sample(text, text.IsLarge ? "KING" : "Shall I", 600, temperature: 0.8, key.Fork("sample"));
        SharingReport sharing = SharingReport.Of(model, () => model.Forward(Tensor.Zeros<int>(64, 1)));

        double[] axis = [.. Enumerable.Range(1, passes).Select(pass => (double)pass)];
        var table = new ReportTable("Validation", ["", "characters", "different", "bits a character"],
        [
            [text.IsLarge ? "plays" : "sonnets", Numbers.Count(text.Training.Length + text.Validation.Length), Numbers.Count(text.Symbols), Numbers.Fraction(metrics["bpc"])],
        ]);
        ReportBlock[] page =
        [
            new Finding(string.Create(CultureInfo.InvariantCulture,
                $"{metrics["bpc"]:0.00} bits a character on text that was not learned; a guess among all {text.Symbols} characters alike would need {Math.Log2(text.Symbols):0.00}.")),
            new TableBlock(table),
            .. passes > 1
                ? new ReportBlock[]
                {
                    new Figure("bits", "Bits a character on the validation text after every pass over the training text.", theme => Charts.Lines(
                        theme, "passes", "bits a character", [new Line("validation", axis, bits)])),
                }
                : [],
            new Heading("What it writes"),
            new Verbatim(sample),
            new Heading("What is shared"),
            new Verbatim(sharing.ToString()),
            new Paragraph($"Embedding, LSTM of {hidden} units, dropout, linear readout. The text is cut into streams (32 where it is long), read side by side in windows of 64 characters; the state is handed on "
                + "from window to window, detached, so that the gradient stays in its window (truncated backpropagation through time). AdamW, learning rate from 0.004 to 0 along a cosine."),
        ];
        return new ExperimentResult(metrics, [table], page, [text.Credit]);
    }
}
