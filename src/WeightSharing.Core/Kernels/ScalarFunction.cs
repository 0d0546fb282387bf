namespace WeightSharing.Kernels;

/// <summary>A function of a single number, which <c>VectorMath.PerLane</c> applies to every lane of a vector.</summary>
internal interface IScalarFunction<T>
{
    static abstract T Of(T x);
}

/// <summary>A function of two numbers, which <c>VectorMath.PerLane</c> applies to every pair of lanes.</summary>
internal interface IScalarFunction2<T>
{
    static abstract T Of(T a, T b);
}
