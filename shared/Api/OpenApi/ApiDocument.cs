using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.OpenApi;

/// <summary>OpenAPI document: requests from the field tables, answers and errors from their types.</summary>
internal static class ApiDocument
{
    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        })
        .AddOpenApi("v1", options => options.AddOperationTransformer(DescribeRequest).AddDocumentTransformer(DescribeDocument));

    /// <summary>Documents an endpoint's request and answer, and the format of errors.</summary>
    public static RouteHandlerBuilder Describes<TAnswer>(this RouteHandlerBuilder endpoint, string summary, Requests.IFieldTable? request = null)
    {
        endpoint.WithSummary(summary).Produces<TAnswer>().Produces<ErrorDocument>(StatusCodes.Status400BadRequest);
        return request is null ? endpoint : endpoint.WithMetadata(new RequestSchema(request));
    }

    /// <summary>Documents the parameters of an endpoint's query.</summary>
    public static RouteHandlerBuilder Queries(this RouteHandlerBuilder endpoint, QueryParameter[] parameters) => endpoint.WithMetadata([.. parameters]);

    private static Task DescribeRequest(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (QueryParameter query in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameter>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = query.Name,
                In = ParameterLocation.Query,
                Description = query.Description,
                Schema = new OpenApiSchema { Type = RequestSchema.Type(query.Type) },
            });
        }

        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestSchema>().FirstOrDefault() is { } request)
        {
            context.Document!.AddComponent(request.Table.Name, RequestSchema.Describe(request.Table));
            OpenApiMediaType body = new() { Schema = new OpenApiSchemaReference(request.Table.Name, context.Document) };
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = body } };
            if (context.ApplicationServices.GetService<IInferenceService>() is IResumableInference && request.Table.Schemas.Any(static field => field.Name == "stream"))
            {
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = ResumePoint.Header,
                    In = ParameterLocation.Header,
                    Description = "The id of the last event of an interrupted stream, sent with the same request. The answer contains the events after it.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                });
            }
        }

        return Task.CompletedTask;
    }

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrleansInference",
            Version = "v1",
            Description = "OpenAI-compatible inference. A request with an unsupported field is refused with a 400 that names it. "
                + "A stream that fails after its start ends with one event named 'error', whose data is an error document, and without [DONE].",
        };
        document.Servers = null;
        return Task.CompletedTask;
    }
}
