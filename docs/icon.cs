// Draws the packages' icon, two linked nodes, next to this file: dotnet run docs/icon.cs
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;

const int Size = 128;
(double X, double Y) left = (38, 84), right = (90, 44);
var pixels = new byte[Size * (1 + 4 * Size)];     // each row of a PNG begins with its filter, 0
for (int y = 0; y < Size; y++)
{
    for (int x = 0; x < Size; x++)
    {
        double px = x + 0.5, py = y + 0.5;
        Span<byte> pixel = pixels.AsSpan(y * (1 + 4 * Size) + 1 + 4 * x, 4);
        Paint(pixel, 0x1F3A5F, RoundedSquare(px, py));
        Paint(pixel, 0xFFFFFF, Segment(px, py, left, right) - 5);
        Paint(pixel, 0xF2A541, Distance(px, py, left) - 22);
        Paint(pixel, 0xF2A541, Distance(px, py, right) - 22);
        Paint(pixel, 0x1F3A5F, Distance(px, py, left) - 11);
        Paint(pixel, 0x1F3A5F, Distance(px, py, right) - 11);
    }
}

using FileStream file = File.Create(Path.Combine(Folder(), "icon.png"));
file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
var header = new byte[13];
BinaryPrimitives.WriteInt32BigEndian(header, Size);
BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Size);
(header[8], header[9]) = (8, 6);                  // 8 bits a channel, RGBA
Chunk("IHDR"u8, header);
using var compressed = new MemoryStream();
using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(pixels);
Chunk("IDAT"u8, compressed.ToArray());
Chunk("IEND"u8, []);

void Chunk(ReadOnlySpan<byte> type, byte[] data)
{
    byte[] body = [.. type, .. data];
    var number = new byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
    file.Write(number);
    file.Write(body);
    BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
    file.Write(number);
}

static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

// Blends a colour over the pixel where the signed distance to the shape's edge is negative; the edge is one pixel soft.
static void Paint(Span<byte> pixel, int colour, double distance)
{
    double cover = Math.Clamp(0.5 - distance, 0, 1), below = pixel[3] / 255.0, alpha = cover + below * (1 - cover);
    if (alpha == 0) return;
    for (int c = 0; c < 3; c++)
    {
        int value = (colour >> (16 - 8 * c)) & 0xFF;
        pixel[c] = (byte)Math.Round((value * cover + pixel[c] * below * (1 - cover)) / alpha);
    }

    pixel[3] = (byte)Math.Round(alpha * 255);
}

static double Distance(double x, double y, (double X, double Y) to) => Math.Sqrt((x - to.X) * (x - to.X) + (y - to.Y) * (y - to.Y));

static double Segment(double x, double y, (double X, double Y) a, (double X, double Y) b)
{
    double dx = b.X - a.X, dy = b.Y - a.Y;
    double t = Math.Clamp(((x - a.X) * dx + (y - a.Y) * dy) / (dx * dx + dy * dy), 0, 1);
    return Distance(x, y, (a.X + t * dx, a.Y + t * dy));
}

static double RoundedSquare(double x, double y)
{
    const double half = Size / 2.0, radius = 24;
    double dx = Math.Max(Math.Abs(x - half) - (half - radius), 0), dy = Math.Max(Math.Abs(y - half) - (half - radius), 0);
    return Math.Sqrt(dx * dx + dy * dy) - radius;
}

static uint Crc32(ReadOnlySpan<byte> bytes)
{
    uint crc = uint.MaxValue;
    foreach (byte b in bytes)
    {
        crc ^= b;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
    }

    return ~crc;
}
