using WeightSharing.Experiments.Data;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Data;

public sealed class DigitSplitTests
{
    private static readonly DigitImages Digits = DigitImages.Load(new DataSource(null));

    [Fact]
    public void The_collection_has_1797_digits()
    {
        Assert.Equal(1797, Digits.Count);
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], Digits.Labels.CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        // The first row of the file: a zero whose first row of pixels is 0,0,5,13,9,1,0,0.
        Assert.Equal([0, 0, 5, 13, 9, 1, 0, 0], Enumerable.Range(0, 8).Select(column => 16 * Digits.Pixel(0, 0, column)));
    }

    [Fact]
    public void Every_digit_has_one_purpose()
    {
        var split = new DigitSplit(Digits, RandomKey.Of(1));
        int[] all = [.. split.Test, .. split.Validation, .. split.Training(DigitSplit.TrainingPerClass)];
        Assert.Equal(Enumerable.Range(0, Digits.Count), all.Order());
        Assert.All(split.Test.CountBy(image => Digits.Labels[image]), pair => Assert.Equal(DigitSplit.TestPerClass, pair.Value));
        Assert.All(split.Training(20).CountBy(image => Digits.Labels[image]), pair => Assert.Equal(20, pair.Value));
        Assert.Subset(split.Training(50).ToHashSet(), split.Training(20).ToHashSet());
    }

    [Fact]
    public void The_digits_held_back_are_the_same_for_every_seed()
    {
        var one = new DigitSplit(Digits, RandomKey.Of(1));
        var two = new DigitSplit(Digits, RandomKey.Of(2));
        Assert.Equal(one.Test, two.Test);
        Assert.NotEqual(one.Training(100), two.Training(100));
    }

    [Fact]
    public void A_digit_lies_where_it_is_laid()
    {
        Examples laid = Digits.Lay(12, [0, 5], i => (3 + i, 1));
        Assert.Equal([2, 1, 12, 12], laid.Images.Shape.ToArray());
        Assert.Equal([Digits.Labels[0], Digits.Labels[5]], laid.Labels.ToArray());
        for (int row = 0; row < 12; row++)
        {
            for (int column = 0; column < 12; column++)
            {
                bool inside = row is >= 4 and < 12 && column is >= 1 and < 9;
                Assert.Equal(inside ? Digits.Pixel(5, row - 4, column - 1) : 0, laid.Images[1, 0, row, column]);
            }
        }
    }
}
