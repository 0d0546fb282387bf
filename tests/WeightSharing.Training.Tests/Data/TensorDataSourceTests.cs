using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class TensorDataSourceTests
{
    [Fact]
    public void Every_example_comes_once_an_epoch_with_its_target() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 12], Gen.Long, Gen.Int[0, 5]).Sample((count, size, seed, epoch) =>
        {
            TensorDataSource<float, int> source = Source(count, size, seed);
            var seen = new List<int>();
            foreach ((Tensor<float> inputs, Tensor<int> targets) in source.Batches(epoch))
            {
                Assert.Equal(targets.ToArray().SelectMany(i => new float[] { i, -i }), inputs.ToArray());
                seen.AddRange(targets.ToArray());
            }

            Assert.Equal(Enumerable.Range(0, count), seen.Order());
        });

    [Fact]
    public void The_order_depends_on_seed_and_epoch_alone()
    {
        TensorDataSource<float, int> source = Source(50, 8, seed: 3), again = Source(50, 8, seed: 3);
        int[] second = [.. Enumerable.Range(0, source.BatchCount).SelectMany(i => source.Read(2, i).Targets.ToArray())];
        _ = again.Read(7, 1);
        for (int i = again.BatchCount - 1; i >= 0; i--) Assert.Equal(second.Skip(8 * i).Take(8), again.Read(2, i).Targets.ToArray());
        Assert.NotEqual(second, Enumerable.Range(0, source.BatchCount).SelectMany(i => source.Read(3, i).Targets.ToArray()));
        Assert.NotEqual(second, Source(50, 50, seed: 4).Read(2, 0).Targets.ToArray());
        Assert.Equal(Source(50, 50, seed: 3).Read(2, 0).Targets.ToArray(), second);
    }

    [Fact]
    public void Without_a_seed_the_order_is_kept_and_the_last_batch_is_partial_or_dropped()
    {
        TensorDataSource<float, int> kept = Source(7, 3, seed: null), dropped = Source(7, 3, seed: null, dropLast: true);
        Assert.Equal((3, 2), (kept.BatchCount, dropped.BatchCount));
        Batch<float, int> last = kept.Read(5, 2);
        Assert.Equal([6], last.Targets.ToArray());
        Assert.Equal(new Shape(1, 2), last.Inputs.Shape);
        Assert.Equal([6], last.Examples.ToArray());
        Assert.Equal([3, 4, 5], dropped.Read(0, 1).Targets.ToArray());
    }

    [Fact]
    public void Views_and_tensors_of_a_scope_that_has_ended_serve_as_well()
    {
        TensorDataSource<float, int> source;
        using (TensorScope.Begin())
        {
            Tensor<float> transposed = Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Transpose();
            source = new TensorDataSource<float, int>(transposed, Tensor.From(0, 1, 2), 2);
        }

        Assert.Equal([1f, 4, 2, 5], source.Read(0, 0).Inputs.ToArray());
    }

    [Fact]
    public void A_source_without_examples_or_with_odd_arguments_is_an_error()
    {
        Tensor<int> labels = Tensor.From(0, 1, 2);
        Message("TensorDataSource: inputs [0, 4] hold no examples; a source needs at least one.", () => new TensorDataSource<float, int>(Tensor.Zeros<float>(0, 4), Tensor.Zeros<int>(0), 2));
        Message("TensorDataSource: inputs [2, 4] and targets [3]; the first dimensions count the examples and must be equal.", () => new TensorDataSource<float, int>(Tensor.Zeros<float>(2, 4), labels, 2));
        Message("TensorDataSource: batch size 0; expected at least 1.", () => new TensorDataSource<float, int>(Tensor.Zeros<float>(3, 4), labels, 0));
        Message("TensorDataSource: 3 examples make no full batch of 4, and the last partial one is dropped; lower the batch size, or keep it.", () => new TensorDataSource<float, int>(Tensor.Zeros<float>(3, 4), labels, 4, dropLast: true));
        TensorDataSource<float, int> source = Source(3, 2, seed: null);
        Message("TensorDataSource: batch 2 of 2; expected 0 to 1.", () => source.Read(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Read(-1, 0));
    }

    private static void Message(string expected, Func<object> make) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    private static TensorDataSource<float, int> Source(int count, int size, long? seed, bool dropLast = false)
    {
        float[] inputs = [.. Enumerable.Range(0, count).SelectMany(i => new float[] { i, -i })];
        return new TensorDataSource<float, int>(Tensor.From(inputs, [count, 2]), Tensor.Arange<int>(count), size, seed, dropLast);
    }
}
