using System.Globalization;
using System.Text;
using WeightSharing.Checkpoints;

namespace WeightSharing.Tests.Checkpoints;

/// <summary>
/// Damaged files by the hundred thousand, from fixed seeds: each is read, or refused with a <see cref="CheckpointException"/>, and costs no
/// more memory than twice its bytes and a constant. The environment variable FUZZ_CASES sets another number.
/// </summary>
public sealed class MutationTests
{
    private const int MessageAndBuffers = 1 << 16;

    private static int Cases => int.Parse(Environment.GetEnvironmentVariable("FUZZ_CASES") ?? "100000", CultureInfo.InvariantCulture);

    [Fact]
    public void A_mutated_safetensors_file_is_read_or_refused()
    {
        byte[][] seeds =
        [
            SafetensorsFileTests.Bytes(SafetensorsFileTests.Example()),
            SafetensorsFileTests.Bytes(new SafetensorsFile([])),
            SafetensorsFileTests.Bytes(new SafetensorsFile([StoredTensor.From<float>("w", [64, 128], new float[64 * 128])])),
            SafetensorsFileTests.Bytes(new SafetensorsFile(
                Enumerable.Range(0, 40).Select(i => StoredTensor.From<short>($"layers.{i}.bias", [i], new short[i])))),
        ];
        Fuzz(seeds, seed: 1, headerAt: 8, bytes =>
        {
            SafetensorsFile.Read(bytes);
            return 0;
        });
    }

    [Fact]
    public void A_mutated_array_is_read_or_refused()
    {
        byte[][] seeds =
        [
            NumpyFileTests.Bytes(StoredTensor.From<float>("x", [3, 4], new float[12])),
            NumpyFileTests.Bytes(StoredTensor.From<double>("x", [], [1])),
            NumpyFileTests.Raw(2, "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 0, 3), }", []),
            NumpyFileTests.Raw(1, "{'descr': '>u4', 'fortran_order': True, 'shape': (20, 30, 5), }", new byte[12000]),
        ];
        Fuzz(seeds, seed: 2, headerAt: 8, bytes =>
        {
            NumpyFile.Read(bytes);
            return 0;
        });
    }

    [Fact]
    public void A_mutated_archive_is_read_or_refused()
    {
        StoredTensor[] tensors =
        [
            StoredTensor.From<float>("a", [3, 4], new float[12]),
            StoredTensor.From<long>("b.weight", [300], new long[300]),
            StoredTensor.From<byte>("c", [], [1]),
        ];
        byte[][] seeds =
        [
            NumpyFileTests.Archive(tensors, compress: false),
            NumpyFileTests.Archive(tensors, compress: true),
            NumpyFileTests.Archive([], compress: false),
        ];
        // What an archive unpacks to is more than the archive; only what was read in full may be taken for it.
        Fuzz(seeds, seed: 3, headerAt: 14, bytes => NumpyFile.ReadArchive(bytes).Sum(tensor => tensor.Data.Length));
    }

    private static void Fuzz(byte[][] seeds, int seed, int headerAt, Func<byte[], long> read)
    {
        var random = new Random(seed);
        foreach (byte[] sound in seeds) read(sound);
        int refused = 0, cases = Cases;
        for (int i = 0; i < cases; i++)
        {
            byte[] bytes = Mutate(seeds, random, headerAt);
            long before = GC.GetAllocatedBytesForCurrentThread(), unpacked = 0;
            try
            {
                unpacked = read(bytes);
            }
            catch (CheckpointException)
            {
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"case {i} of seed {seed}: {other}\n{Convert.ToHexString(bytes)}");
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (taken > 2L * bytes.Length + 2 * unpacked + MessageAndBuffers)
            {
                Assert.Fail($"case {i} of seed {seed}: {taken} bytes taken for a file of {bytes.Length}\n{Convert.ToHexString(bytes)}");
            }
        }

        // Mutations that no reader notices, or that leave nothing to read, would test nothing.
        Assert.InRange(refused, cases / 4, cases - cases / 100);
    }

    private static byte[] Mutate(byte[][] seeds, Random random, int headerAt)
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Length)]];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int length = bytes.Count, header = Math.Min(length, 600);
            int at = random.Next(random.Next(4) == 0 ? length : header);
            switch (random.Next(7))
            {
                case 0 when length > 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length - at);
                    break;
                case 2:
                    byte[] other = seeds[random.Next(seeds.Length)];
                    int from = random.Next(other.Length), count = random.Next(Math.Min(64, other.Length - from) + 1);
                    bytes.InsertRange(at, other.AsSpan(from, count));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(16), length - at));
                    break;
                case 4:
                    EditNumber(bytes, random, header);
                    break;
                case 5 when length >= headerAt + 8:
                    // A length, offset or count field, little-endian, of 2, 4 or 8 bytes.
                    int width = 2 << random.Next(3), field = random.Next(2) == 0 ? random.Next(headerAt) : random.Next(length - 8);
                    long value = random.Next(3) switch { 0 => random.NextInt64(), 1 => random.Next(1 << 20), _ => -1 };
                    for (int i = 0; i < width; i++) bytes[field + i] = (byte)(value >> (8 * i));
                    break;
                case 6 when length > 0:
                    bytes[at] = (byte)"\"{}[]:,\\'()-0eE. \0ÿ"[random.Next(19)];
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Replaces a run of digits in the text of the header, as a liar would.</summary>
    private static void EditNumber(List<byte> bytes, Random random, int header)
    {
        int start = header == 0 ? 0 : random.Next(header);
        while (start < header && !char.IsAsciiDigit((char)bytes[start])) start++;
        int end = start;
        while (end < header && char.IsAsciiDigit((char)bytes[end])) end++;
        string[] lies =
            ["0", "1", "-1", "7", "16", "2147483647", "2147483648", "9223372036854775807", "18446744073709551616", "1e9"];
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(lies[random.Next(lies.Length)]));
    }
}
