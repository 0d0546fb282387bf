using WeightSharing.Tensors;

namespace WeightSharing.Tests.Tensors;

public class StorageTests
{
    [Fact]
    public void A_buffer_handed_back_serves_the_next_of_its_size_class()
    {
        BufferPool<short>.Clear();
        foreach (int length in (int[])[0, 1, 15, 16, 17, 127, 128, 129, 143, 144, 145, 255, 256, 257, 1000, 4096, 4097, 65_536, 1_000_001])
        {
            short[] first = BufferPool<short>.Rent(length, out int start);
            Assert.True(first.Length - start >= length, $"length {length}");
            BufferPool<short>.Return(first);
            Assert.Same(first, BufferPool<short>.Rent(length, out int again));
            Assert.Equal(start, again);
        }
    }

    [Fact]
    public void A_buffer_that_is_in_use_is_not_given_to_another()
    {
        short[] first = BufferPool<short>.Rent(100, out _);
        Assert.NotSame(first, BufferPool<short>.Rent(100, out _));
    }

    [Fact]
    public void At_most_an_eighth_of_a_large_buffer_is_idle()
    {
        BufferPool<byte>.Clear();
        for (int length = 129; length < 5000; length++)
        {
            byte[] buffer = BufferPool<byte>.Rent(length, out int start);
            Assert.InRange(buffer.Length - start, length, length + length / 8 + 64);
            BufferPool<byte>.Return(buffer);
        }
    }

    [Fact]
    public void A_storage_knows_whether_its_buffer_is_still_there()
    {
        Storage<int> storage;
        using (TensorScope.Begin())
        {
            storage = Storage<int>.Create(4, "test");
            Assert.True(storage.IsAlive);
            Assert.Equal(4, storage.Span.Length);
            Assert.Equal(4, storage.Memory.Length);
        }

        Assert.False(storage.IsAlive);
        Assert.Throws<ObjectDisposedException>(() => storage.Memory);
        Assert.True(Storage<int>.CreatePersistent(4, "test").IsAlive);
    }
}
