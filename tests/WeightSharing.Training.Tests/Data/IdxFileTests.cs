using System.IO.Compression;
using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Training;

namespace WeightSharing.Tests.Training;

public sealed class IdxFileTests
{
    private static readonly byte[] Small = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

    [Fact]
    public void Reads_what_was_written_plain_and_compressed() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7]).SelectMany(size => Gen.Byte.Array[size.Item1 * size.Item2].Select(data => (size.Item1, size.Item2, data))).Sample(sample =>
        {
            (int rows, int columns, byte[] data) = sample;
            byte[] file = [0, 0, 8, 2, 0, 0, 0, (byte)rows, 0, 0, 0, (byte)columns, .. data];
            foreach (byte[] bytes in (byte[][])[file, Compress(file)])
            {
                IdxFile read = Read(bytes);
                Assert.Equal(new Shape(rows, columns), read.Shape);
                Assert.Equal(typeof(byte), read.ElementType);
                Assert.Equal(data.Select(value => (float)value), read.ToTensor<float>().ToArray());
            }
        });

    [Fact]
    public void Knows_every_element_type_in_big_endian_order()
    {
        Check(typeof(sbyte), -2, [0, 0, 9, 1, 0, 0, 0, 1, 0xFE]);
        Check(typeof(short), -2, [0, 0, 11, 1, 0, 0, 0, 1, 0xFF, 0xFE]);
        Check(typeof(int), 65536, [0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 0]);
        Check(typeof(float), 1.5, [0, 0, 13, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0]);
        Check(typeof(double), -2, [0, 0, 14, 1, 0, 0, 0, 1, 0xC0, 0, 0, 0, 0, 0, 0, 0]);

        static void Check(Type type, double value, byte[] bytes)
        {
            IdxFile file = Read(bytes);
            Assert.Equal(type, file.ElementType);
            Assert.Equal([value], file.ToTensor<double>().ToArray());
        }
    }

    [Fact]
    public void Damage_is_an_error_with_file_position_and_rule()
    {
        Damaged("digits, byte 0: the file ends there; the header is 4 bytes: two zeros, element type, number of dimensions.", []);
        Damaged("digits, byte 3: the file ends there; the header is 4 bytes: two zeros, element type, number of dimensions.", Small[..3]);
        Damaged("digits, byte 0: bytes 01 00; an idx file begins with two zero bytes.", [1, .. Small[1..]]);
        Damaged("digits, byte 2: element type 0x07; expected 08 (byte), 09 (signed byte), 0B (int16), 0C (int32), 0D (float) or 0E (double).", [0, 0, 7, .. Small[3..]]);
        Damaged("digits, byte 3: 0 dimensions; expected 1 to 8.", [0, 0, 8, 0, .. Small[4..]]);
        Damaged("digits, byte 3: 9 dimensions; expected 1 to 8.", [0, 0, 8, 9, .. Small[4..]]);
        Damaged("digits, byte 10: the file ends there; 2 extents of 4 bytes each.", Small[..10]);
        Damaged("digits, byte 17: the file ends there; shape [2, 3] of Byte needs 6 bytes from there.", Small[..17]);
        Damaged("digits, byte 18: more bytes follow; shape [2, 3] of Byte ends there.", [.. Small, 7]);
        Damaged("digits, byte 4: extent 4294967295 of dimension 0 makes 4294967295 bytes or more; at most 2147483591 can be read.", [0, 0, 8, 1, 255, 255, 255, 255]);
        Damaged("digits, byte 8: extent 65536 of dimension 1 makes 4294967296 bytes or more; at most 2147483591 can be read.", [0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0]);
        // Announces 2 GB and holds three bytes: found at once.
        Damaged("digits, byte 11: the file ends there; shape [2130706432] of Byte needs 2130706432 bytes from there.", [0, 0, 8, 1, 0x7F, 0, 0, 0, 1, 2, 3]);
        byte[] compressed = Compress(Small);
        compressed[^6] ^= 0x55;
        Assert.Throws<InvalidDataException>(() => Read(compressed));
        Assert.Throws<InvalidDataException>(() => Read(Compress(Small)[..^12]));
        Assert.StartsWith("digits (decompressed), byte 17:", Assert.Throws<InvalidDataException>(() => Read(Compress(Small[..17]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_element_outside_the_wanted_type_is_an_error_with_its_position()
    {
        var error = Assert.Throws<OverflowException>(() => Read(Small).ToTensor<sbyte>());
        Assert.Equal("digits: element 5 of [2, 3] does not fit into SByte; read it as a wider type.", error.Message);
    }

    [Fact]
    public void Mnist_is_read_from_its_files()
    {
        string folder = Directory.CreateTempSubdirectory("mnist").FullName;
        try
        {
            var missing = Assert.Throws<FileNotFoundException>(() => Mnist.Load<float>(folder, train: true));
            Assert.Equal($"Mnist: none of train-images-idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz is in {folder}.", missing.Message);
            string images = Path.Combine(folder, "train-images-idx3-ubyte.gz"), labels = Path.Combine(folder, "train-labels-idx1-ubyte");
            File.WriteAllBytes(images, Compress([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 0]));
            File.WriteAllBytes(labels, [0, 0, 8, 1, 0, 0, 0, 2, 3, 9]);
            (Tensor<float> pixels, Tensor<int> classes) = Mnist.Load<float>(folder, train: true);
            Assert.Equal(new Shape(2, 1, 1, 2), pixels.Shape);
            Assert.Equal([0, 1, 0.2f, 0], pixels.ToArray());
            Assert.Equal([3, 9], classes.ToArray());

            File.WriteAllBytes(labels, [0, 0, 8, 1, 0, 0, 0, 2, 3, 10]);
            Assert.Equal($"{labels}: label 10 of image 1; expected 0 to 9.", Assert.Throws<InvalidDataException>(() => Mnist.Load<float>(folder, train: true)).Message);
            File.WriteAllBytes(labels, [0, 0, 8, 1, 0, 0, 0, 1, 3]);
            Assert.Equal($"{labels}: 1 labels for 2 images in {images}; they must be as many.", Assert.Throws<InvalidDataException>(() => Mnist.Load<float>(folder, train: true)).Message);
            File.WriteAllBytes(labels, Small);
            Assert.Equal($"{labels}: holds Byte [2, 3]; expected bytes [N].", Assert.Throws<InvalidDataException>(() => Mnist.Load<float>(folder, train: true)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Damaged(string expected, byte[] bytes) => Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => Read(bytes)).Message);

    private static IdxFile Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return IdxFile.Read(stream, "digits");
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest)) gzip.Write(bytes);
        return target.ToArray();
    }
}
