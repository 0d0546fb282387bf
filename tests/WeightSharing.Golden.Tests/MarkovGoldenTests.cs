using System.Text.Json;
using WeightSharing.Markov;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>The JSON cases of hidden Markov models: log-likelihoods to 1e-10 (relative), probabilities to 1e-9, after Baum–Welch to 1e-8.</summary>
public sealed class MarkovGoldenTests
{
    /// <summary>The operations whose cases stand in JSON and run here.</summary>
    public static readonly string[] Operations = ["hmm", "pair_hmm"];

    public static IEnumerable<TheoryDataRow<string>> Cases => GoldenFolder.Selected.Where(one => one.Operation == "hmm").Select(one => new TheoryDataRow<string>(one.Name));

    [Theory(DisplayName = "golden hmm", SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void A_case_agrees(string name)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.Selected.Single(one => one.Name == name).Path));
        JsonElement root = file.RootElement, model = root.GetProperty("model");
        if (model.GetProperty("type").GetString() == "categorical") Run(root, Categorical(model), symbol => symbol.GetInt32());
        else Run(root, Gaussian(model), JsonNumbers.Vector);
    }

    private static HiddenMarkovModel<int> Categorical(JsonElement model)
    {
        int[] classes = JsonNumbers.Integers(model.GetProperty("emission_class"));
        double[][] rows = JsonNumbers.Matrix(model.GetProperty("emissionprob"));
        var emission = new CategoricalEmission(classes.Length, rows[0].Length, StateTying.Classes(classes, rows[0].Length));
        emission.Probabilities.SetFull(Tensor.Wrap([.. classes.SelectMany(k => rows[k])], emission.Probabilities.Shape));
        return WithChain(new HiddenMarkovModel<int>(emission), model);
    }

    private static HiddenMarkovModel<double[]> Gaussian(JsonElement model)
    {
        int[] classes = JsonNumbers.Integers(model.GetProperty("emission_class"));
        double[][] means = JsonNumbers.Matrix(model.GetProperty("means"));
        double[][] covariances = [.. model.GetProperty("covars").EnumerateArray().Select(JsonNumbers.Flat)];
        int dimensions = means[0].Length;
        bool full = model.GetProperty("covariance").GetString() == "full";
        Shape block = full ? [dimensions, dimensions] : [dimensions];
        var emission = new GaussianEmission(
            classes.Length, dimensions, full ? Covariance.Full : Covariance.Diagonal, StateTying.Classes(classes, dimensions), StateTying.Classes(classes, block));
        emission.Means.SetFull(Tensor.Wrap([.. classes.SelectMany(k => means[k])], emission.Means.Shape));
        emission.Covariances.SetFull(Tensor.Wrap([.. classes.SelectMany(k => covariances[k])], emission.Covariances.Shape));
        return WithChain(new HiddenMarkovModel<double[]>(emission), model);
    }

    private static HiddenMarkovModel<TObservation> WithChain<TObservation>(HiddenMarkovModel<TObservation> model, JsonElement stored)
    {
        model.Start.SetFull(Tensor.Wrap(JsonNumbers.Vector(stored.GetProperty("startprob")), model.Start.Shape));
        model.Transitions.SetFull(Tensor.Wrap(JsonNumbers.Flat(stored.GetProperty("transmat")), model.Transitions.Shape));
        return model;
    }

    private static void Run<TObservation>(JsonElement root, HiddenMarkovModel<TObservation> model, Func<JsonElement, TObservation> read)
    {
        TObservation[][] sequences = [.. root.GetProperty("sequences").EnumerateArray().Select(sequence => sequence.EnumerateArray().Select(read).ToArray())];
        var check = new JsonNumbers();
        foreach ((int at, JsonElement expected) in root.GetProperty("results").EnumerateArray().Index())
        {
            TObservation[] sequence = sequences[at];
            HmmPosterior posterior = model.Posterior(sequence), thrifty = model.Posterior(sequence, checkpoint: true);
            foreach (HmmPosterior one in new[] { posterior, thrifty })
            {
                check.LogLikelihood($"sequence {at} log_likelihood", expected.GetProperty("log_likelihood"), one.LogLikelihood);
                check.Numbers($"sequence {at} posteriors", expected.GetProperty("posteriors"), one.States.ToArray(), 1e-9);
                check.Numbers($"sequence {at} expected_transitions", expected.GetProperty("expected_transitions"), one.Counts.Transitions.ToArray(), 1e-9);
            }

            HmmPath path = model.Viterbi(sequence);
            check.LogLikelihood($"sequence {at} viterbi_log_prob", expected.GetProperty("viterbi_log_prob"), path.LogProbability);
            check.LogLikelihood($"sequence {at} score of the path", expected.GetProperty("viterbi_log_prob"), model.LogProbability(sequence, path.States));
            if (expected.GetProperty("viterbi_unique").GetBoolean()) check.Integers($"sequence {at} viterbi_path", expected.GetProperty("viterbi_path"), path.EmittingStates);
            CheckGradients(check, at, model, sequence, expected);
        }

        foreach ((int iteration, JsonElement expected) in root.GetProperty("baum_welch").EnumerateArray().Index())
        {
            HmmTrainingResult result = model.Fit(sequences, new() { Iterations = 1, Tolerance = 0 });
            string where = $"iteration {iteration}";
            check.Number($"{where} before", expected.GetProperty("log_likelihood_before"), result.Trace[0], 1e-8);
            check.Number($"{where} after", expected.GetProperty("log_likelihood_after"), result.LogLikelihood, 1e-8);
            check.Numbers($"{where} startprob", expected.GetProperty("startprob"), model.Start.Value.ToArray(), 1e-8);
            check.Numbers($"{where} transmat", expected.GetProperty("transmat"), model.Transitions.Value.ToArray(), 1e-8);
            int[] classes = JsonNumbers.Integers(root.GetProperty("model").GetProperty("emission_class"));
            foreach ((string name, Weight<double> weight) in Parameters(model.Emission))
            {
                double[] stored = [.. classes.SelectMany(k => JsonNumbers.Flat(expected.GetProperty(name)[k]))];
                check.Numbers($"{where} {name}", stored, weight.Value.ToArray(), 1e-8);
            }
        }

        check.Done();
    }

    // ∂ ln P / ∂ ln A = expected transitions, ∂ ln P / ∂ ln π = the first posteriors.
    private static void CheckGradients<TObservation>(JsonNumbers check, int at, HiddenMarkovModel<TObservation> model, TObservation[] sequence, JsonElement expected)
    {
        var logs = new double[sequence.Length * model.StateCount];
        model.Emission.LogProbabilities(sequence, logs);
        Tensor<double> start = model.Start.Value.Log().Detach().RequireGradient(), transitions = model.Transitions.Value.Log().Detach().RequireGradient();
        ChainLogLikelihood.Of(start, transitions, Tensor.Wrap(logs, [sequence.Length, model.StateCount])).Backward();
        check.Numbers($"sequence {at} gradient of ln transmat", expected.GetProperty("expected_transitions"), transitions.Gradient!.ToArray(), 1e-9);
        check.Numbers($"sequence {at} gradient of ln startprob", expected.GetProperty("posteriors")[0], start.Gradient!.ToArray(), 1e-9);
    }

    private static IEnumerable<(string, Weight<double>)> Parameters<TObservation>(IEmission<TObservation> emission) => emission switch
    {
        CategoricalEmission categorical => [("emissionprob", categorical.Probabilities)],
        GaussianEmission gaussian => [("means", gaussian.Means), ("covars", gaussian.Covariances)],
        _ => throw new InvalidOperationException($"The golden form has no parameters for {emission.GetType().Name}."),
    };
}
