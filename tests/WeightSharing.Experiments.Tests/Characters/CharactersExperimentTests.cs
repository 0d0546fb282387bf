using WeightSharing.Experiments.Characters;
using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Characters;

public sealed class CharactersExperimentTests
{
    private static readonly CharacterText Text = CharacterText.Load(new DataSource(null));

    [Fact]
    public void The_text_is_cut_into_training_and_validation_and_read_back_character_by_character()
    {
        Assert.False(Text.IsLarge);
        Assert.Equal(9, Text.Training.Length / Text.Validation.Length, 1.0);
        string text = string.Concat(Text.Training.Concat(Text.Validation).Select(Text.Character));
        Assert.StartsWith("From fairest creatures we desire increase,\n", text, StringComparison.Ordinal);
        Assert.EndsWith("As any she belied with false compare.\n", text, StringComparison.Ordinal);
        Assert.Equal(text.Distinct().Count(), Text.Symbols);
        Assert.Equal("Shall", string.Concat("Shall".Select(Text.Number).Select(Text.Character)));
    }

    [Fact]
    public void Streams_are_parts_of_the_text_side_by_side()
    {
        Tensor<int> streams = CharacterText.Streams([.. Enumerable.Range(0, 11)], 2);
        Assert.Equal([0, 5, 1, 6, 2, 7, 3, 8, 4, 9], streams.ToArray());
    }

    [Fact]
    public void A_model_learns_and_writes_the_same_for_the_same_key()
    {
        var model = new CharacterModel(Text.Symbols, 24, RandomKey.Of(1));
        double before = model.BitsPerCharacter(Text.Validation);
        Assert.Equal(Math.Log2(Text.Symbols), before, 0.3);
        double[] bits = model.Train(Text, 2, TestContext.Current.CancellationToken);
        Assert.True(bits.Min() < before - 0.5);
        Assert.Equal(bits.Min(), model.BitsPerCharacter(Text.Validation), 1e-12);
        string written = model.Sample(Text, "Shall", 20, 0.8, RandomKey.Of(2));
        Assert.Equal(25, written.Length);
        Assert.StartsWith("Shall", written, StringComparison.Ordinal);
        Assert.Equal(written, model.Sample(Text, "Shall", 20, 0.8, RandomKey.Of(2)));
    }
}
