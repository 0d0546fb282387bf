namespace WeightSharing.Peers.Running;

/// <summary>The numbers that works run on: the same in every run and for every contestant.</summary>
internal static class Numbers
{
    /// <summary><paramref name="count"/> numbers, uniform in −scale … scale.</summary>
    public static float[] Uniform(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = scale * (2 * random.NextSingle() - 1);
        return values;
    }

    /// <summary><paramref name="count"/> class numbers below <paramref name="classes"/>.</summary>
    public static int[] Labels(int count, int classes, int seed)
    {
        var random = new Random(seed);
        int[] values = new int[count];
        for (int i = 0; i < count; i++) values[i] = random.Next(classes);
        return values;
    }
}
