namespace OrleansInference.Unit.Meta;

public sealed class SolutionTests
{
    [Fact]
    public void Solution_holds_exactly_the_projects_on_disk() => Assert.Equal(Repository.ProjectsOnDisk(), Repository.SolutionProjects());
}
