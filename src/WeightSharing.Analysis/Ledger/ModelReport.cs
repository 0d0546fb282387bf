using System.Globalization;
using System.Numerics;
using System.Text;
using WeightSharing.Sharing;

namespace WeightSharing.Analysis;

/// <summary>
/// The account of a whole model: free values against what it would hold unshared, who shares with whom and by which tyings, the memory that this saves, the arithmetic of a pass and of an
/// update, and whether every tie holds.
/// </summary>
/// <param name="Sharing">Parameter by parameter.</param>
/// <param name="Tyings">Names that see their parameter through a tying, with the tying.</param>
/// <param name="Verification">Whether the sharing is whole.</param>
/// <param name="ElementSize">Bytes an element.</param>
public sealed record ModelReport(SharingReport Sharing, IReadOnlyList<(string Name, string Tying)> Tyings, SharingVerification Verification, int ElementSize)
{
    /// <summary>Bytes of the free values.</summary>
    public long Bytes => Sharing.FreeCount * ElementSize;

    /// <summary>Bytes that the unshared equivalent would take.</summary>
    public long UnsharedBytes => Sharing.UnsharedCount * ElementSize;

    /// <summary>Bytes while training with Adam: value, gradient and two moments.</summary>
    public long TrainingBytes => 4 * Bytes;

    /// <summary>The same of the unshared equivalent.</summary>
    public long UnsharedTrainingBytes => 4 * UnsharedBytes;

    /// <summary>
    /// Multiplications and additions with weights in the pass that was counted: one a connection, with or without sharing. What sharing saves is the memory traffic of the weights and
    /// <see cref="UpdatesSaved"/>.
    /// </summary>
    public long MultiplyAdds => Sharing.UnsharedCount;

    /// <summary>Updates of an optimizer step that are not made, because one free value stands for many: the unshared count less the free one.</summary>
    public long UpdatesSaved => Sharing.UnsharedCount - Sharing.FreeCount;

    /// <summary>The report of the uses that <paramref name="forward"/> makes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="forward">One forward pass for one example, for example <c>() =&gt; model.Forward(images)</c>.</param>
    /// <param name="expected">The sharing as it should be: <see cref="SharingGraph.Of"/> of the model before some surgery; null compares nothing.</param>
    public static ModelReport Of<T>(IParameterized<T> model, Action forward, SharingGraph? expected = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        (string, string)[] tyings = [.. model.Parameters.Named.Where(pair => pair.Weight.Transform.Length > 0)
            .Select(pair => (pair.Name, $"{pair.Weight.Transform}: {pair.Weight.Parameter.Count} free → {pair.Weight.Shape}"))];
        return new ModelReport(SharingReport.Of(model, forward), tyings, SharingVerification.Of(model, expected), System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
    }

    /// <summary>The account as text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Sharing.ToString());
        text.Append("\n\n");
        foreach ((string name, string tying) in Tyings) text.Append(CultureInfo.InvariantCulture, $"{name}  {tying}\n");
        text.Append(CultureInfo.InvariantCulture, $"memory    {Size(Bytes)} instead of {Size(UnsharedBytes)}; while training with Adam {Size(TrainingBytes)} instead of {Size(UnsharedTrainingBytes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"updates   {Sharing.FreeCount:#,0} a step instead of {Sharing.UnsharedCount:#,0}; multiply-adds with weights in a pass {MultiplyAdds:#,0}\n");
        text.Append(Verification);
        return text.ToString();
    }

    /// <summary>All numbers as JSON: totals, an object a parameter, the tyings, and whether the sharing holds.</summary>
    public string ToJson() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("free", Sharing.FreeCount);
        json.WriteNumber("unshared", Sharing.UnsharedCount);
        json.WriteNumber("saving", Sharing.Saving);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("unshared_bytes", UnsharedBytes);
        json.WriteNumber("multiply_adds", MultiplyAdds);
        json.WriteNumber("updates_saved", UpdatesSaved);
        json.WriteStartArray("parameters");
        foreach (SharingReportRow row in Sharing.Rows)
        {
            json.WriteStartObject();
            JsonText.Strings(json, "names", row.Names);
            json.WriteNumber("free", row.FreeCount);
            json.WriteNumber("unshared", row.UnsharedCount);
            json.WriteNumber("places", row.Places);
            JsonText.Strings(json, "usages", row.Usages);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("tyings");
        foreach ((string name, string tying) in Tyings) json.WriteString(name, tying);
        json.WriteEndObject();
        json.WriteBoolean("holds", Verification.Holds);
        json.WriteNumber("largest_residual", Verification.LargestResidual);
        JsonText.Strings(json, "foreign_uses", Verification.ForeignUses);
        JsonText.Strings(json, "differences", Verification.Differences.Select(difference => difference.ToString()));
        json.WriteEndObject();
    });

    private static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB"),
    };
}
