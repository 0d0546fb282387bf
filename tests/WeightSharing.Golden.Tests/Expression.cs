using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>
/// Arithmetic in Python's notation: + − * / **, unary signs, parentheses, numbers, names of tensors, and functions. As in Python, ** binds
/// tighter than a sign before it and to the right: −a**2 = −(a**2), a**b**c = a**(b**c), 2**-1 = 0.5.
/// </summary>
internal sealed class Expression<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly string text;
    private readonly Func<string, Tensor<T>?> tensors;
    private int at;

    private Expression(string text, Func<string, Tensor<T>?> tensors) => (this.text, this.tensors) = (text, tensors);

    /// <summary>A tensor, or a number that is not one yet: it takes part in the computation as Python's double does.</summary>
    private readonly record struct Value(Tensor<T>? Array, double Number)
    {
        public Tensor<T> AsTensor => Array ?? Tensor.Scalar(T.CreateChecked(Number));
    }

    /// <summary>The value of an expression; <paramref name="tensors"/> gives null for names that it does not know.</summary>
    /// <exception cref="FormatException">The text is no such expression.</exception>
    public static Tensor<T> Evaluate(string text, Func<string, Tensor<T>?> tensors)
    {
        var expression = new Expression<T>(text, tensors);
        Value value = expression.Sum();
        expression.Blanks();
        return expression.at == text.Length ? value.AsTensor : throw expression.Broken("an operator or the end");
    }

    // sum = product {("+" | "-") product}
    private Value Sum()
    {
        Value left = Product();
        while (true)
        {
            if (Accept("+")) left = Combine(left, Product(), (a, b) => a + b, (a, b) => a + b, (a, b) => a + b, (a, b) => a + b);
            else if (Accept("-")) left = Combine(left, Product(), (a, b) => a - b, (a, b) => a - b, (a, b) => a - b, (a, b) => a - b);
            else return left;
        }
    }

    // product = signed {("*" | "/") signed}
    private Value Product()
    {
        Value left = Signed();
        while (true)
        {
            if (Peek("**")) return left;
            if (Accept("*")) left = Combine(left, Signed(), (a, b) => a * b, (a, b) => a * b, (a, b) => a * b, (a, b) => a * b);
            else if (Accept("/")) left = Combine(left, Signed(), (a, b) => a / b, (a, b) => a / b, (a, b) => a / b, (a, b) => a / b);
            else return left;
        }
    }

    // signed = ("+" | "-") signed | power
    private Value Signed()
    {
        if (Accept("+")) return Signed();
        if (!Accept("-")) return Power();
        Value value = Signed();
        return value.Array is { } tensor ? new Value(-tensor, 0) : new Value(null, -value.Number);
    }

    // power = atom ["**" signed]
    private Value Power()
    {
        Value left = Atom();
        if (!Accept("**")) return left;
        return Combine(left, Signed(), Math.Pow, (a, b) => a.Pow(b), (a, b) => a.Pow(b), (a, b) => Tensor.Scalar(a).Pow(b));
    }

    // atom = number | name | name "(" sum {"," sum} ")" | "(" sum ")"
    private Value Atom()
    {
        if (Accept("("))
        {
            Value value = Sum();
            Expect(")");
            return value;
        }

        int start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.')) at += IsExponentSign(start) ? 2 : 1;
        string word = text[start..at];
        if (word.Length == 0) throw Broken("a number, a name or '('");
        if (char.IsAsciiDigit(word[0]) || word[0] == '.')
        {
            return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? new Value(null, number)
                : throw Broken($"a number instead of {word}");
        }

        if (tensors(word) is { } tensor) return new Value(tensor, 0);
        Expect("(");
        List<Tensor<T>> arguments = [Sum().AsTensor];
        while (Accept(",")) arguments.Add(Sum().AsTensor);
        Expect(")");
        return new Value(Call(word, arguments), 0);
    }

    private Tensor<T> Call(string function, List<Tensor<T>> x) => (function, x.Count) switch
    {
        ("exp", 1) => x[0].Exp(),
        ("log", 1) => x[0].Log(),
        ("sqrt", 1) => x[0].Sqrt(),
        ("abs", 1) => x[0].Abs(),
        ("sin", 1) => x[0].Sin(),
        ("cos", 1) => x[0].Cos(),
        ("maximum", 2) => x[0].Maximum(x[1]),
        ("minimum", 2) => x[0].Minimum(x[1]),
        _ => throw Broken($"a known function instead of {function} of {x.Count}"),
    };

    private static Value Combine(
        Value a, Value b, Func<double, double, double> numbers, Func<Tensor<T>, Tensor<T>, Tensor<T>> tensors,
        Func<Tensor<T>, T, Tensor<T>> right, Func<T, Tensor<T>, Tensor<T>> left)
    {
        if (a.Array is { } x) return new Value(b.Array is { } y ? tensors(x, y) : right(x, T.CreateChecked(b.Number)), 0);
        if (b.Array is { } z) return new Value(left(T.CreateChecked(a.Number), z), 0);
        return new Value(null, numbers(a.Number, b.Number));
    }

    /// <summary>At the e of 1e-3, which the sign belongs to.</summary>
    private bool IsExponentSign(int start) =>
        char.IsAsciiDigit(text[start] == '.' && start + 1 < text.Length ? text[start + 1] : text[start])
        && text[at] is 'e' or 'E' && at + 1 < text.Length && text[at + 1] is '+' or '-';

    private bool Peek(string symbol)
    {
        Blanks();
        return string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0;
    }

    private bool Accept(string symbol)
    {
        if (!Peek(symbol)) return false;
        at += symbol.Length;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Accept(symbol)) throw Broken($"'{symbol}'");
    }

    private void Blanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    private FormatException Broken(string expected) =>
        new($"Expression \"{text}\": expected {expected} at \"{text[Math.Min(at, text.Length)..]}\".");
}
