#include "api/generate.hpp"

#include "api/http.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"

#include <fmt/format.h>

namespace baton::api {

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson error_schema() {
    OrderedJson kinds = OrderedJson::array();
    for (const ErrorKind kind :
         {ErrorKind::invalid, ErrorKind::refused, ErrorKind::conflict, ErrorKind::unavailable,
          ErrorKind::outcome_unknown, ErrorKind::corrupt}) {
        kinds.push_back(name_of(kind));
    }
    const OrderedJson error{{"type", "object"},
                            {"required", {"kind", "message"}},
                            {"properties",
                             {{"kind", {{"type", "string"}, {"enum", std::move(kinds)}}},
                              {"message", {{"type", "string"}}}}}};
    return {{"type", "object"}, {"required", {"error"}}, {"properties", {{"error", error}}}};
}

OrderedJson parameters_of(const Route& route) {
    OrderedJson parameters = OrderedJson::array();
    for (const Parameter& parameter : route.parameters) {
        if (parameter.place == "body") continue;
        parameters.push_back({{"name", parameter.name},
                              {"in", parameter.place},
                              {"required", parameter.required},
                              {"description", parameter.text},
                              {"schema", {{"type", parameter.type}}}});
    }
    return parameters;
}

OrderedJson body_of(const Route& route) {
    OrderedJson properties = OrderedJson::object();
    OrderedJson required = OrderedJson::array();
    for (const Parameter& parameter : route.parameters) {
        if (parameter.place != "body") continue;
        properties[std::string{parameter.name}] = {{"type", parameter.type},
                                                   {"description", parameter.text}};
        if (parameter.required) required.push_back(parameter.name);
    }
    OrderedJson schema{
        {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = required;
    return {{"required", !required.empty()},
            {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
}

std::string identifier_of(const Route& route) {
    std::string out = route.method == "POST" ? "post" : "get";
    for (const char letter : route.pattern) {
        if (letter == '{' || letter == '}') continue;
        out += letter == '/' || letter == '-' || letter == '.' ? '_' : letter;
    }
    return out;
}

std::string role_of(Need need) {
    switch (need) {
        case Need::nothing: return "";
        case Need::read: return "read";
        case Need::operate: return "operate";
        case Need::admin: return "admin";
    }
    return "";
}

OrderedJson operation_of(const Route& route) {
    const OrderedJson failure{
        {"description", "What is wrong, why, and what to do."},
        {"content",
         {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
    OrderedJson operation{{"summary", route.summary},
                          {"operationId", identifier_of(route)},
                          {"parameters", parameters_of(route)}};
    if (route.method == "POST") operation["requestBody"] = body_of(route);
    operation["responses"] = {{"200", {{"description", route.answer}}}, {"default", failure}};
    if (route.method == "POST") operation["responses"]["202"] = {{"description", "Agreed on."}};
    if (route.on_leader) {
        operation["responses"]["307"] = {{"description", "Ask the leader, named by Location."}};
    }
    operation["security"] = OrderedJson::array({OrderedJson::object()});
    if (route.needs != Need::nothing) {
        operation["security"] = OrderedJson::array({{{"token", OrderedJson::array()}}});
        operation["responses"]["401"] = {{"description", "No token, or one nobody knows."}};
        operation["responses"]["403"] = {
            {"description", "The token's role is less than " + role_of(route.needs) + "."}};
        operation["x-baton-role"] = role_of(route.needs);
    }
    return operation;
}

std::string row_of(const Parameter& parameter) {
    return fmt::format("| `{}` | {} | {}{} | {} |\n", parameter.name, parameter.place,
                       parameter.type, parameter.required ? ", required" : "", parameter.text);
}

std::string section_of(const Route& route) {
    std::string out = fmt::format("## {} {}\n\n{}\n\n", route.method, route.pattern, route.summary);
    if (!route.parameters.empty()) {
        out += "| parameter | in | type | meaning |\n| --- | --- | --- | --- |\n";
        for (const Parameter& parameter : route.parameters) out += row_of(parameter);
        out += "\n";
    }
    out += fmt::format("Answer: {}\n\n", route.answer);
    out += route.needs == Need::nothing
               ? "Open without a token."
               : "Needs a token of role " + role_of(route.needs) + " when tokens are configured.";
    if (route.on_leader) out += " Runs on the leader; other nodes answer 307 or 503.";
    return out + "\n\n";
}

constexpr std::string_view introduction = R"(# HTTP API

Generated from the route table by `baton_generate_docs`; do not edit.

Every agent serves this API at the `api` address of its node. Answers are JSON unless said
otherwise, carry `X-Baton-Api-Version: 1`, and only ever gain members within that version. Each
path that takes GET also takes HEAD and OPTIONS.

An error is `{"error":{"kind","message"}}`:

| kind | status | what to do |
| --- | --- | --- |
| `invalid` | 400, 404, 405, 413, 431 | the request can never work as given: fix it |
| `refused` | 409, 401, 403 | understood, but not in this state: change the state first |
| `conflict` | 409 | someone newer decided otherwise: look again before asking |
| `unavailable` | 503 | nothing happened: safe to try again |
| `outcome_unknown` | 504 | it may or may not have happened: look before asking again |
| `corrupt` | 500 | stored data is damaged, or the agent failed: tell a person |

When tokens are configured, `Authorization: Bearer TOKEN` is needed except where a path says that
it is open: probes of load balancers and of monitoring carry no secrets. A token has a role: `read`,
`operate` or `admin`, each of which may do what those before it may. Without a token that is known
the answer is 401, with too little a role 403. Orders from web pages of another origin are refused.
Every change, and every refused attempt, is recorded: see `GET /v1/audit`.

With `tls` in the cluster file agents serve HTTPS, TLS 1.3 and nothing older. A client may show a
certificate, which must then be signed by the cluster's authority; what it may do, tokens say.

Limits: 8 KiB of request head (431), 64 KiB of body (413), 10 s to send a request or to send the
next one on the same connection, 256 connections (503). An event stream that is read too slowly
is cut at 256 KiB of waiting text and may resume with `Last-Event-ID`.

)";

}  // namespace

std::string openapi_json() {
    OrderedJson paths = OrderedJson::object();
    for (const Route& route : route_table()) {
        const std::string method = route.method == "POST" ? "post" : "get";
        paths[std::string{route.pattern}][method] = operation_of(route);
    }
    const OrderedJson document{
        {"openapi", "3.0.3"},
        {"info",
         {{"title", "baton"},
          {"version", std::string{api_version}},
          {"description", "Status of a cluster and of its groups, and orders to them."}}},
        {"paths", std::move(paths)},
        {"components",
         {{"schemas", {{"Error", error_schema()}}},
          {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
    return document.dump(2) + "\n";
}

std::string api_markdown() {
    std::string out{introduction};
    for (const Route& route : route_table()) out += section_of(route);
    out.pop_back();
    return out;
}

std::string metrics_markdown() {
    std::string out =
        "# Metrics\n\nGenerated from the metric table by `baton_generate_docs`; do not edit.\n\n"
        "Every agent serves these at `GET /metrics` as Prometheus text, as seen from its node.\n\n"
        "| name | type | labels | meaning |\n| --- | --- | --- | --- |\n";
    for (const Metric& metric : metric_table()) {
        out += fmt::format("| `{}` | {} | {} | {} |\n", metric.name,
                           metric.kind == MetricKind::gauge ? "gauge" : "counter", metric.labels,
                           metric.help);
    }
    return out;
}

}  // namespace baton::api
