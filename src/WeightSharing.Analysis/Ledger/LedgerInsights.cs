using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using WeightSharing.Sharing;

namespace WeightSharing.Analysis;

/// <summary>The insights of all parameters of a model whose contributions were tracked: as text, as JSON, and as a page (<see cref="InsightPage"/>).</summary>
/// <example><code>
/// using (UsageLedger.TrackContributions()) Loss.CrossEntropy(model.Forward(x), labels).Backward();
/// Console.WriteLine(LedgerInsights.Of(model));
/// </code></example>
public sealed class LedgerInsights
{
    private LedgerInsights(IReadOnlyList<ParameterInsight> parameters) => Parameters = parameters;

    /// <summary>One a parameter with tracked contributions.</summary>
    public IReadOnlyList<ParameterInsight> Parameters { get; }

    /// <summary>Reads the ledgers of a model.</summary>
    /// <param name="model">After a backward pass under <see cref="UsageLedger.TrackContributions"/>, before the gradients are zeroed.</param>
    /// <param name="groupBy">Uses of one key count as one; null keeps every use apart.</param>
    /// <exception cref="InvalidOperationException">Nothing was tracked.</exception>
    public static LedgerInsights Of<T>(IParameterized<T> model, Func<Usage<T>, string>? groupBy = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ParameterSet<T> set = model.Parameters;
        ParameterInsight[] insights = [.. set.Select(parameter => ParameterInsight.Of(set.NamesOf(parameter), parameter, groupBy)).OfType<ParameterInsight>()];
        return insights.Length > 0
            ? new LedgerInsights(insights)
            : throw new InvalidOperationException(
                "LedgerInsights.Of: no contributions; run forward and Backward inside using (UsageLedger.TrackContributions()), and read before the gradients are zeroed.");
    }

    /// <summary>The insight of a parameter under any of its names.</summary>
    /// <exception cref="ArgumentException">No tracked parameter has the name.</exception>
    public ParameterInsight this[string name] => Parameters.FirstOrDefault(insight => insight.Names.Contains(name))
        ?? throw new ArgumentException($"LedgerInsights: no tracked parameter is named {name}; there are {string.Join(", ", Parameters.Select(insight => insight.Names[0]))}.", nameof(name));

    /// <summary>A table a parameter.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (ParameterInsight insight in Parameters)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(" = ", insight.Names)} {insight.Shape}: {insight.Usages.Count} {(insight.Usages.Count == 1 ? "use" : "uses")}");
            if (insight.Usages.Count > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $", coherence {insight.Coherence:0.00}, conflicting pairs {insight.ConflictingShare:0%}, effective uses {insight.EffectiveUsages:0.0}");
            }

            text.Append('\n');
            int width = insight.Usages.Max(usage => usage.Name.Length);
            foreach (UsageInsight usage in insight.Usages)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {usage.Name.PadRight(width)}  norm {usage.Norm:0.000e+00}  share {usage.Share:0.00}  cosine to the sum {usage.CosineToSum,5:0.00}\n");
            }
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>All numbers as JSON: an array with an object a parameter.</summary>
    public string ToJson() => JsonText.Of(Write);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (ParameterInsight insight in Parameters) Write(json, insight);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ParameterInsight insight)
    {
        json.WriteStartObject();
        JsonText.Strings(json, "names", insight.Names);
        json.WriteStartArray("shape");
        foreach (int extent in insight.Shape.Span) json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteNumber("sum_norm", insight.SumNorm);
        json.WriteNumber("coherence", insight.Coherence);
        json.WriteNumber("conflicting_share", insight.ConflictingShare);
        json.WriteNumber("magnitude_similarity", insight.MagnitudeSimilarity);
        json.WriteNumber("effective_usages", insight.EffectiveUsages);
        json.WriteStartArray("usages");
        foreach (UsageInsight usage in insight.Usages)
        {
            json.WriteStartObject();
            json.WriteString("name", usage.Name);
            json.WriteString("weight", usage.WeightName);
            json.WriteString("scope", usage.Scope);
            json.WriteString("site", usage.Site.ToString());
            json.WriteNumber("positions", usage.Positions);
            json.WriteNumber("count", usage.Count);
            json.WriteNumber("norm", usage.Norm);
            json.WriteNumber("share", usage.Share);
            json.WriteNumber("cosine_to_sum", usage.CosineToSum);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("cosines");
        for (int i = 0; i < insight.Usages.Count; i++)
        {
            json.WriteStartArray();
            for (int j = 0; j < insight.Usages.Count; j++) json.WriteNumberValue(insight.Cosines[i, j]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>Insights over training: a point a call of <see cref="Observe{T}"/>.</summary>
public sealed class InsightSeries
{
    private readonly List<(long Step, LedgerInsights Insights)> points = [];

    /// <summary>Step and insights, in the order of the calls.</summary>
    public IReadOnlyList<(long Step, LedgerInsights Insights)> Points => points;

    /// <summary>Notes the insights of a model after <paramref name="step"/> steps.</summary>
    /// <exception cref="InvalidOperationException">Nothing was tracked.</exception>
    public void Observe<T>(long step, IParameterized<T> model, Func<Usage<T>, string>? groupBy = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => points.Add((step, LedgerInsights.Of(model, groupBy)));

    /// <summary>All numbers as JSON: an array with an object a look, its step and its insights.</summary>
    public string ToJson() => JsonText.Of(json =>
    {
        json.WriteStartArray();
        foreach ((long step, LedgerInsights insights) in points)
        {
            json.WriteStartObject();
            json.WriteNumber("step", step);
            json.WritePropertyName("parameters");
            insights.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>One measure of one parameter over training.</summary>
    /// <param name="parameter">Any of its names.</param>
    /// <param name="measure">For example <c>insight =&gt; insight.Coherence</c>.</param>
    public IReadOnlyList<(long Step, double Value)> Of(string parameter, Func<ParameterInsight, double> measure)
    {
        ArgumentNullException.ThrowIfNull(measure);
        return [.. points.Select(point => (point.Step, measure(point.Insights[parameter])))];
    }
}
