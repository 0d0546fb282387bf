using System.Diagnostics;
using WeightSharing.Kernels;

namespace WeightSharing.Tests.Kernels;

/// <summary>
/// Programs compiled ahead of time run 128-bit vectors without fused multiply-add by default, with micro-kernels of their own. Under the JIT that path
/// exists only in a process that starts without AVX: this one starts itself again that way.
/// </summary>
public class TwoOperandTests
{
    private const string Variable = "DOTNET_EnableAVX";

    [Theory]
    [InlineData("GemmTests")]
    [InlineData("ConvolutionTests")]
    public async Task TestsPassWithoutFusedMultiplyAdd(string tests)
    {
        if (!System.Runtime.Intrinsics.X86.Sse2.IsSupported || Environment.GetEnvironmentVariable(Variable) == "0") return;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string assembly = typeof(TwoOperandTests).Assembly.Location;
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(assembly);
        start.ArgumentList.Add("-class");
        start.ArgumentList.Add($"{typeof(TwoOperandTests).Namespace}.{tests}");
        start.Environment[Variable] = "0";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.DoesNotContain("Total: 0", output);
    }

    [Fact]
    public void TheProcessWithoutAvxHasNoFusedMultiplyAdd()
    {
        if (!System.Runtime.Intrinsics.X86.Sse2.IsSupported || Environment.GetEnvironmentVariable(Variable) != "0") return;
        Assert.False(Simd.HasMultiplyAdd);
        Assert.Equal(SimdVariant.Vector128, Simd.Chosen);
    }
}
