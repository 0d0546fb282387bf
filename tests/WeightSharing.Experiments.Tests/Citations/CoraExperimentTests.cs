using WeightSharing.Experiments;
using WeightSharing.Experiments.Citations;
using WeightSharing.Experiments.Data;

namespace WeightSharing.Tests.Citations;

public sealed class CoraExperimentTests
{
    private static readonly NodeData Karate = NodeData.Load(new DataSource(null));

    [Fact]
    public void The_karate_club_is_the_one_that_is_known()
    {
        Assert.Equal((34, 2 * 78, 2), (Karate.Graph.NodeCount, Karate.Graph.EdgeCount, Karate.Classes));
        Assert.Equal([17, 17], Karate.Labels.GroupBy(label => label).Select(group => group.Count()));
        Assert.Equal(34, Karate.Train.Concat(Karate.Validation).Concat(Karate.Test).Distinct().Count());
        Assert.False(Karate.IsCora);
    }

    // Hidden 64 of 34 features; 2 classes.
    [Theory]
    [InlineData("sgc", 34 * 2 + 2)]
    [InlineData("gcn", 34 * 16 + 16 + 16 * 2 + 2)]
    [InlineData("appnp", 35 * 64 + 65 * 2)]
    [InlineData("multihop", 35 * 64 + 65 * 2 + 11)]
    [InlineData("perhop", 35 * 64 + 11 * 64 * 2 + 2)]
    public void Models_have_these_parameters_and_learn_the_sides(string key, int parameters)
    {
        NodeRecipe recipe = NodeRecipe.All.Single(recipe => recipe.Key == key);
        NodeResult result = NodeTrial.Run(recipe, Karate, seed: 1, epochs: 100, TestContext.Current.CancellationToken);
        Assert.Equal(parameters, result.Parameters);
        Assert.True(result.Accuracy > 0.7, $"{key}: {result}");
        Assert.Equal(key == "multihop", result.Hops is not null);
    }

    [Fact]
    public void Damaged_files_are_named()
    {
        string folder = Directory.CreateTempSubdirectory("cora").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "karate"));
            File.WriteAllText(Path.Combine(folder, "karate", "edges.csv"), "u,v\n0,x\n");
            Assert.Equal("karate/edges.csv: expected a number of at least 0, got: x", Assert.Throws<ExperimentException>(() => NodeData.Load(new DataSource(folder))).Message);
            File.WriteAllText(Path.Combine(folder, "karate", "edges.csv"), "u,v\n0\n");
            Assert.Equal("karate/edges.csv, line 2: expected two cells, got: 0", Assert.Throws<ExperimentException>(() => NodeData.Load(new DataSource(folder))).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
