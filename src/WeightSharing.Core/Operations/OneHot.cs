using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Classes as unit vectors.</summary>
public static class OneHotOperation
{
    extension(Tensor)
    {
        /// <summary>y[.., c] = 1 where the class is c, else 0: [..] → [.., classes].</summary>
        /// <param name="classes">Class numbers from 0.</param>
        /// <param name="count">How many classes there are.</param>
        /// <exception cref="ArgumentOutOfRangeException">A class number lies outside.</exception>
        public static Tensor<T> OneHot<T>(Tensor<int> classes, int count)
            where T : unmanaged, INumberBase<T>
        {
            ArgumentNullException.ThrowIfNull(classes);
            if (count < 0) throw new ArgumentOutOfRangeException(nameof(count), $"OneHot: count {count}; it must not be negative.");
            Tensor<T> y = Tensor<T>.Zeroed(classes.Shape.Concat(count), "OneHot");
            ReadOnlySpan<int> numbers = classes.DenseSpan();
            for (int i = 0; i < numbers.Length; i++)
            {
                if ((uint)numbers[i] >= (uint)count)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(classes), $"OneHot: class {numbers[i]} lies outside {count} classes; {(count == 0 ? "there is no class" : $"expected 0 to {count - 1}")}.");
                }

                y.Buffer[i * count + numbers[i]] = T.One;
            }

            return y;
        }
    }
}
