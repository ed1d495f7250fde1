using OrleansInference.Api.Access;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Catalog;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c></summary>
internal static class ModelEndpoints
{
    public static Task ListAsync(HttpContext context, IInferenceService service) =>
        context.Response.WriteAsJsonAsync(new ModelList("list", Caller.Of(context).MayUse(service.Model.Id) ? [Card(service.Model)] : []), ApiJson.Default.ModelList, cancellationToken: context.RequestAborted);

    public static Task GetAsync(HttpContext context, IInferenceService service, string id)
    {
        RequestResolver.CheckModel(id, service.Model, Caller.Of(context));
        return context.Response.WriteAsJsonAsync(Card(service.Model), ApiJson.Default.ModelCard, cancellationToken: context.RequestAborted);
    }

    private static ModelCard Card(ServedModel model) => new(model.Id, "model", model.Created.ToUnixTimeSeconds(), "orleans-inference", model.ContextLength);
}
