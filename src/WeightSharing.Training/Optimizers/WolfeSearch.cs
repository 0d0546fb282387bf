using System.Numerics;

namespace WeightSharing.Training;

/// <summary>
/// A step length t along a direction that fulfils the strong Wolfe conditions f(t) ≤ f(0) + c₁·t·f′(0) and |f′(t)| ≤ c₂·|f′(0)|, by bracketing and
/// cubic interpolation (Nocedal and Wright 2006, algorithms 3.5 and 3.6; step for step PyTorch's form of Schmidt's minFunc).
/// </summary>
/// <param name="evaluate">Loss and gradient at t.</param>
/// <param name="direction">The direction.</param>
/// <param name="tolerance">Stops when the bracket moves no parameter by more.</param>
internal sealed class WolfeSearch<T>(Func<double, (double Loss, T[] Gradient)> evaluate, T[] direction, double tolerance)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double C1 = 1e-4, C2 = 0.9;
    private const int Most = 25;

    /// <summary>Evaluations so far.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Loss, gradient and length of the best step found.</summary>
    public (double Loss, T[] Gradient, double Length) Run(double first, double loss, T[] gradient, double slope)
    {
        Point start = new(0, loss, gradient, slope), former = start, point = At(first);
        Point low, high;
        int iteration = 0;
        while (true)
        {
            if (iteration == Most)
            {
                (low, high) = Ordered(start, point);
                break;
            }

            if (TooHigh(point, start) || iteration > 1 && point.Loss >= former.Loss)
            {
                (low, high) = Ordered(former, point);
                break;
            }

            if (Flat(point, slope)) return Result(point);
            if (point.Slope >= 0)
            {
                (low, high) = Ordered(former, point);
                break;
            }

            double next = Interpolate(former, point, point.Length + 0.01 * (point.Length - former.Length), point.Length * 10);
            (former, point) = (point, At(next));
            iteration++;
        }

        bool stuck = false;
        for (; iteration < Most; iteration++)
        {
            double left = Math.Min(low.Length, high.Length), right = Math.Max(low.Length, high.Length);
            if ((right - left) * Lbfgs<T>.Largest(direction) < tolerance) break;
            // The order of the two does not matter to the cubic, but to its rounding: the shorter one comes first.
            double t = low.Length <= high.Length ? Interpolate(low, high, left, right) : Interpolate(high, low, left, right);
            double margin = 0.1 * (right - left);
            bool near = Math.Min(right - t, t - left) < margin;
            if (near && (stuck || t >= right || t <= left))
            {
                t = Math.Abs(t - right) < Math.Abs(t - left) ? right - margin : left + margin;
                stuck = false;
            }
            else
            {
                stuck = near;
            }

            point = At(t);
            if (TooHigh(point, start) || point.Loss >= low.Loss)
            {
                (low, high) = Ordered(low, point);
                continue;
            }

            if (Flat(point, slope)) return Result(point);
            if (point.Slope * (high.Length - low.Length) >= 0) high = low;
            low = point;
        }

        return Result(low);
    }

    private static (double Loss, T[] Gradient, double Length) Result(Point point) => (point.Loss, point.Gradient, point.Length);

    private static bool TooHigh(Point point, Point start) => point.Loss > start.Loss + C1 * point.Length * start.Slope;

    private static bool Flat(Point point, double slope) => Math.Abs(point.Slope) <= -C2 * slope;

    private static (Point Low, Point High) Ordered(Point a, Point b) => a.Loss <= b.Loss ? (a, b) : (b, a);

    // The minimum of the cubic through both points with their slopes.
    private static double Interpolate(Point a, Point b, double least, double most)
    {
        double mean = a.Slope + b.Slope - 3 * (a.Loss - b.Loss) / (a.Length - b.Length), square = mean * mean - a.Slope * b.Slope;
        if (!(square >= 0)) return (least + most) / 2;
        double root = Math.Sqrt(square);
        double t = a.Length <= b.Length
            ? b.Length - (b.Length - a.Length) * ((b.Slope + root - mean) / (b.Slope - a.Slope + 2 * root))
            : a.Length - (a.Length - b.Length) * ((a.Slope + root - mean) / (a.Slope - b.Slope + 2 * root));
        return Math.Min(Math.Max(t, least), most);
    }

    private Point At(double t)
    {
        Evaluations++;
        (double loss, T[] gradient) = evaluate(t);
        return new Point(t, loss, gradient, Lbfgs<T>.Dot(gradient, direction));
    }

    private readonly record struct Point(double Length, double Loss, T[] Gradient, double Slope);
}
