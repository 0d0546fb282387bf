using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Sharing;

public class UsageScopeTests
{
    [Fact]
    public void Names_nest_and_end_with_their_scope()
    {
        Weight<float> weight = new Parameter<float>(Tensor.Ones<float>(1));
        using (UsageScope.Enter("decoder"))
        {
            using (UsageScope.Enter("left")) weight.Use();
            weight.Use();
        }

        weight.Use();
        Assert.Equal(["decoder.left", "decoder", ""], weight.Parameter.Ledger.Usages.Select(usage => usage.Scope));
    }

    [Fact]
    public void Equal_paths_are_one_usage()
    {
        Weight<float> weight = new Parameter<float>(Tensor.Ones<float>(1));
        for (int i = 0; i < 3; i++)
        {
            using (UsageScope.Enter("left")) weight.Use();
        }

        Assert.Equal(3, Assert.Single(weight.Parameter.Ledger.Usages).Count);
        Assert.Same(UsagePath.Root.Child("a").Child("b"), UsagePath.Root.Child("a").Child("b"));
        Assert.Equal("a.b", UsagePath.Root.Child("a").Child("b").ToString());
    }

    [Fact]
    public void Other_threads_have_scopes_of_their_own()
    {
        Weight<float> weight = new Parameter<float>(Tensor.Ones<float>(1));
        using (UsageScope.Enter("here"))
        {
            var thread = new Thread(() => weight.Use());
            thread.Start();
            thread.Join();
        }

        Assert.Equal("", Assert.Single(weight.Parameter.Ledger.Usages).Scope);
    }

    [Fact]
    public void A_scope_needs_a_name()
    {
        Assert.Throws<ArgumentException>(() => UsageScope.Enter(""));
        Assert.Throws<ArgumentNullException>(() => UsageScope.Enter(null!));
        default(UsageScope).Dispose();
    }

    [Fact]
    public void A_scope_of_a_site_numbers_the_uses_that_have_none_of_their_own()
    {
        var parameter = new Parameter<double>(Tensor.From(1.0));
        Weight<double> weight = parameter;
        using (UsageScope.Enter(Site.Depth(2)))
        {
            weight.Use();
            weight.Use(Site.Step(5));
            using (UsageScope.Enter("left")) weight.Use();
            using (UsageScope.Enter(Site.Depth(1))) weight.Use();
            weight.Use();
        }

        weight.Use();
        Assert.Equal(
            [("", Site.Depth(2), 2), ("depth=2", Site.Step(5), 1), ("depth=2.left", default, 1), ("depth=2", Site.Depth(1), 1), ("", default, 1)],
            parameter.Ledger.Usages.Select(usage => (usage.Scope, usage.Site, (int)usage.Count)));
        Assert.StartsWith("UsageScope.Enter: a site without a kind;", Assert.Throws<ArgumentException>(() => { UsageScope.Enter(default(Site)).Dispose(); }).Message, StringComparison.Ordinal);
    }
}
