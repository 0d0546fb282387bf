using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

public sealed class ExpressionTests
{
    /// <summary>Values that Python gives for a = 2, b = 3, c = 0.5.</summary>
    [Theory]
    [InlineData("a", 2)]
    [InlineData("-a**2", -4)]
    [InlineData("(-a)**2", 4)]
    [InlineData("-a**2*b", -12)]
    [InlineData("a**b**2", 512)]
    [InlineData("(a**b)**2", 64)]
    [InlineData("a**-1", 0.5)]
    [InlineData("2**-1*b", 1.5)]
    [InlineData("2**-a", 0.25)]
    [InlineData("-2**2+a", -2)]
    [InlineData("a-b-c", -1.5)]
    [InlineData("a/b/c*b", 4)]
    [InlineData("a*-b", -6)]
    [InlineData("a--b", 5)]
    [InlineData("a+-+-b", 5)]
    [InlineData("--a", 2)]
    [InlineData("a + b * c", 3.5)]
    [InlineData("(a + b) * c - a / c", -1.5)]
    [InlineData("  ( a+b )*c  ", 2.5)]
    [InlineData("a*1e-3", 0.002)]
    [InlineData("a*1E+2", 200)]
    [InlineData("a*.5+2.", 3)]
    [InlineData("a-1e-3-c", 1.499)]
    [InlineData("1-a", -1)]
    [InlineData("1/a", 0.5)]
    [InlineData("a**3 / 2 ** 2", 2)]
    [InlineData("exp(log(a))", 2)]
    [InlineData("sqrt(a*a)+abs(-b)", 5)]
    [InlineData("maximum(a, b) - minimum(a, b*c)", 1.5)]
    [InlineData("sin(a)**2+cos(a)**2", 1)]
    [InlineData("maximum(minimum(a,b),(c))", 2)]
    public void Values_are_pythons(string text, double expected) =>
        Assert.Equal(expected, Evaluate(text).Item(), 1e-14 * (1 + Math.Abs(expected)));

    [Theory]
    [InlineData("a +", "expected a number, a name or '(' at \"\"")]
    [InlineData("(a", "expected ')'")]
    [InlineData("a b", "expected an operator or the end at \"b\"")]
    [InlineData("a ** * b", "expected a number, a name or '('")]
    [InlineData("nothing", "expected '('")]
    [InlineData("tan(a)", "expected a known function instead of tan of 1")]
    [InlineData("exp(a, b)", "expected a known function instead of exp of 2")]
    [InlineData("1.2.3", "expected a number instead of 1.2.3")]
    [InlineData("", "expected a number")]
    public void Other_texts_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Evaluate(text)).Message);

    private static Tensor<double> Evaluate(string text) => Expression<double>.Evaluate(text, name => name switch
    {
        "a" => Tensor.Scalar(2.0),
        "b" => Tensor.Scalar(3.0),
        "c" => Tensor.Scalar(0.5),
        _ => null,
    });
}
