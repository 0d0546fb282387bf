using System.Text.Json;
using WeightSharing.Markov;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>The JSON cases of pair HMMs: log-likelihoods to 1e-10 (relative), probabilities to 1e-9, after Baum–Welch to 1e-8.</summary>
public sealed class PairGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => GoldenFolder.Selected.Where(one => one.Operation == "pair_hmm").Select(one => new TheoryDataRow<string>(one.Name));

    [Theory(DisplayName = "golden pair_hmm", SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void A_case_agrees(string name)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.Selected.Single(one => one.Name == name).Path));
        JsonElement root = file.RootElement, stored = root.GetProperty("model");
        var model = new PairHmm(Alphabet.Of(root.GetProperty("alphabet").GetString()!), root.GetProperty("tied").GetBoolean()) { RandomEnd = Number(stored, "eta") };
        double tau = Number(stored, "tau");
        model.SetGaps(Number(stored, "delta_x"), Number(stored, "delta_y"), Number(stored, "epsilon_x"), Number(stored, "epsilon_y"), tau);
        model.SetEmissions(JsonNumbers.Flat(stored.GetProperty("p")), JsonNumbers.Vector(stored.GetProperty("qx")), JsonNumbers.Vector(stored.GetProperty("qy")));

        var check = new JsonNumbers();
        var pairs = new List<(string, string)>();
        foreach ((int at, JsonElement expected) in root.GetProperty("results").EnumerateArray().Index())
        {
            (string x, string y) = (expected.GetProperty("x").GetString()!, expected.GetProperty("y").GetString()!);
            pairs.Add((x, y));
            PairPosterior posterior = model.Posterior(x, y);
            PairAlignment alignment = model.Viterbi(x, y), divided = model.Viterbi(x, y, new() { TraceCells = 64 });
            check.LogLikelihood($"pair {at} log_likelihood", expected.GetProperty("log_likelihood"), model.LogLikelihood(x, y));
            check.LogLikelihood($"pair {at} log_likelihood with posteriors", expected.GetProperty("log_likelihood"), posterior.LogLikelihood);
            check.LogLikelihood($"pair {at} random_log_likelihood", expected.GetProperty("random_log_likelihood"), model.RandomLogLikelihood(x, y));
            check.Number($"pair {at} log_odds", expected.GetProperty("log_odds"), model.LogOdds(x, y), 1e-10 * Math.Max(1, Math.Abs(posterior.LogLikelihood)));
            check.LogLikelihood($"pair {at} viterbi_log_prob", expected.GetProperty("viterbi_log_prob"), alignment.LogProbability);
            check.LogLikelihood($"pair {at} score of the alignment", expected.GetProperty("viterbi_log_prob"), model.LogProbability(x, y, alignment.States));
            check.LogLikelihood($"pair {at} score of the divided alignment", expected.GetProperty("viterbi_log_prob"), model.LogProbability(x, y, divided.States));
            if (expected.GetProperty("viterbi_unique").GetBoolean()) check.Text($"pair {at} viterbi_states", expected.GetProperty("viterbi_states").GetString()!, alignment.States);
            check.Numbers($"pair {at} match_posteriors", expected.GetProperty("match_posteriors"), posterior.Matches.ToArray(), 1e-9);
            check.Numbers($"pair {at} expected_transitions", expected.GetProperty("expected_transitions"), posterior.Transitions.ToArray(), 1e-9);
        }

        foreach ((int iteration, JsonElement expected) in root.GetProperty("baum_welch").EnumerateArray().Index())
        {
            PairTrainingResult result = model.Fit(pairs, new() { Iterations = 1, Tolerance = 0 });
            string where = $"iteration {iteration}";
            check.Number($"{where} before", expected.GetProperty("log_likelihood_before"), result.Trace[0], 1e-8);
            check.Number($"{where} after", expected.GetProperty("log_likelihood_after"), result.LogLikelihood, 1e-8);
            Tensor<double> a = model.Transitions.Value;
            check.Number($"{where} delta_x", expected.GetProperty("delta_x"), a[0, 1], 1e-8);
            check.Number($"{where} delta_y", expected.GetProperty("delta_y"), a[0, 2], 1e-8);
            check.Number($"{where} epsilon_x", expected.GetProperty("epsilon_x"), a[1, 1], 1e-8);
            check.Number($"{where} epsilon_y", expected.GetProperty("epsilon_y"), a[2, 2], 1e-8);
            check.Number($"{where} tau", stored.GetProperty("tau"), a[0, 3], 1e-12);
            check.Numbers($"{where} p", expected.GetProperty("p"), model.Match.Value.ToArray(), 1e-8);
            check.Numbers($"{where} qx and qy", [.. JsonNumbers.Vector(expected.GetProperty("qx")), .. JsonNumbers.Vector(expected.GetProperty("qy"))], model.Insert.Value.ToArray(), 1e-8);
        }

        check.Done();
    }

    private static double Number(JsonElement model, string name) => model.GetProperty(name).GetDouble();
}
