using WeightSharing.Experiments;
using WeightSharing.Experiments.Data;

namespace WeightSharing.Tests.Data;

public sealed class DataSourceTests
{
    [Fact]
    public void A_damaged_idx_file_is_an_error_of_the_experiment_that_names_it()
    {
        string folder = Directory.CreateTempSubdirectory("data-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "set"));
            File.WriteAllBytes(Path.Combine(folder, "set", "images"), [0, 0, 8, 1, 0, 0, 0, 5, 1, 2]);
            var source = new DataSource(folder);
            Assert.True(source.Has("set/images"));
            Assert.Contains("set/images", Assert.Throws<ExperimentException>(() => source.ReadIdx("set/images")).Message, StringComparison.Ordinal);
            Assert.False(source.Has("set/labels"));
            Assert.Contains("set/labels", Assert.Throws<ExperimentException>(() => source.ReadIdx("set/labels")).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
