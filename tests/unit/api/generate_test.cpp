#include "api/generate.hpp"

#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace baton::api {
namespace {

std::string file(const std::string& name) {
    std::ifstream in(std::string{BATON_DOCS} + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Documents, OpenApiDescribesEveryRoute) {
    const auto document = nlohmann::json::parse(openapi_json());
    EXPECT_EQ(document["openapi"], "3.0.3");
    for (const Route& route : route_table()) {
        const auto& path = document["paths"][std::string{route.pattern}];
        const auto& operation = path[route.method == "POST" ? "post" : "get"];
        EXPECT_EQ(operation["summary"], std::string{route.summary});
        for (const Parameter& parameter : route.parameters) {
            if (parameter.place == "body") {
                EXPECT_TRUE(
                    operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
                        .contains(std::string{parameter.name}));
            }
        }
    }
}

TEST(Documents, AreCurrent) {
    EXPECT_EQ(file("api.md"), api_markdown()) << "run baton_generate_docs docs";
    EXPECT_EQ(file("metrics.md"), metrics_markdown()) << "run baton_generate_docs docs";
}

}  // namespace
}  // namespace baton::api
