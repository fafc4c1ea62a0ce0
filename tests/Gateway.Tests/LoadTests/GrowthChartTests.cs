using System.Globalization;
using System.Xml.Linq;
using Gateway.Benchmarks.Growth;

namespace Gateway.Tests.LoadTests;

/// <summary>The chart that the drill <c>growth</c> draws.</summary>
public sealed class GrowthChartTests
{
    private static readonly XElement Chart = GrowthChart.Draw(
    [
        new ChartPanel(
            "time, s",
            [
                new ChartLine("routes", [(10, 1), (1_000, 2), (10_000, 5)]),
                new ChartLine("revocations <a second>", [(0, 4), (1_000_000, 0.5)]),
            ]),
    ]);

    [Fact]
    public void Each_point_is_drawn_once_and_sizes_grow_to_the_right()
    {
        var lines = Elements("polyline").Select(Points).ToList();

        lines.Select(line => line.Count).ShouldBe([3, 2]);
        Elements("circle").Count().ShouldBe(5);
        lines.ShouldAllBe(line => line.Zip(line.Skip(1)).All(pair => pair.First.X < pair.Second.X));
    }

    [Fact]
    public void Size_of_zero_is_at_the_left_edge_and_the_largest_of_all_lines_at_the_right()
    {
        var (routes, revocations) = (Points(Elements("polyline").First()), Points(Elements("polyline").Last()));

        revocations[0].X.ShouldBeLessThan(routes[0].X);
        revocations[1].X.ShouldBeGreaterThan(routes[2].X);
    }

    [Fact]
    public void Larger_value_is_higher()
    {
        var points = Elements("polyline").SelectMany(Points).ToList();

        points.MinBy(point => point.Y).ShouldBe(Points(Elements("polyline").First())[2]);
        points.MaxBy(point => point.Y).ShouldBe(Points(Elements("polyline").Last())[1]);
    }

    [Fact]
    public void Names_are_text_and_not_markup() =>
        XElement.Parse(Chart.ToString()).Value.ShouldContain("revocations <a second>");

    [Theory]
    [InlineData(0.04, 0.05)]
    [InlineData(1, 1)]
    [InlineData(1.1, 2)]
    [InlineData(64, 100)]
    [InlineData(453, 500)]
    public void Axis_ends_at_the_next_round_number(double value, double end) => GrowthChart.RoundUp(value).ShouldBe(end, 1e-9);

    private static IEnumerable<XElement> Elements(string name) => Chart.Elements().Where(element => element.Name.LocalName == name);

    private static List<(double X, double Y)> Points(XElement line) =>
    [
        .. line.Attribute("points")!.Value.Split(' ').Select(point => point.Split(',')).Select(point => (
            double.Parse(point[0], CultureInfo.InvariantCulture), double.Parse(point[1], CultureInfo.InvariantCulture))),
    ];
}
