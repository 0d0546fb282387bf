using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

public unsafe class ScratchTests
{
    [Fact]
    public void Memory_is_aligned_and_nested_uses_do_not_overlap()
    {
        using Scratch<float> outer = Scratch<float>.Rent(1001);
        new Span<float>(outer.Pointer, 1001).Fill(1);
        for (int repeat = 0; repeat < 3; repeat++)
        {
            using Scratch<double> inner = Scratch<double>.Rent(100_000 << repeat);
            Assert.Equal(0, (nint)inner.Pointer % 64);
            new Span<double>(inner.Pointer, 100_000 << repeat).Fill(2);
        }

        Assert.Equal(0, (nint)outer.Pointer % 64);
        Assert.Equal(-1, new Span<float>(outer.Pointer, 1001).IndexOfAnyExcept(1f));
    }

    [Fact]
    public void Nothing_is_a_legal_size()
    {
        using Scratch<float> nothing = Scratch<float>.Rent(0);
        Assert.True(nothing.Pointer != null);
    }

    [Fact]
    public void A_use_in_steady_state_allocates_nothing()
    {
        static void Use()
        {
            using Scratch<float> outer = Scratch<float>.Rent(5000);
            using Scratch<float> inner = Scratch<float>.Rent(500);
            inner.Pointer[499] = outer.Pointer[4999] = 1;
        }

        Use();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int repeat = 0; repeat < 100; repeat++) Use();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
