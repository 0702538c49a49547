// Keys and certificates as files: what is made, what is refused, what is kept.
#include "adapters/certificates.hpp"

#include "adapters/tls/openssl.hpp"
#include "adapters/tls/pem_file.hpp"
#include "papers.hpp"

#include <sys/stat.h>

namespace baton::adapters {
namespace {

mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
}

std::string content(const std::string& path) {
    const auto read = tls::read_pem(path);
    return read ? read.value() : "";
}

tls::Certificate certificate(const std::string& path) {
    const std::string text = content(path);
    return tls::read_certificate(*tls::reading(text));
}

TEST(Certificates, KeysAreForTheirOwnerAlone) {
    const test::Papers papers{{"a"}};
    for (const char* key : {"/ca.key", "/a.key"}) {
        EXPECT_EQ(mode_of(papers.directory + key), 0600U) << key;
    }
    // Fronts verify the agents as another user.
    EXPECT_EQ(mode_of(papers.authority()), 0644U);
}

TEST(Certificates, NothingIsOverwritten) {
    const test::Papers papers{{"a"}};
    const std::string before = content(papers.authority()) + content(papers.of("a").cert_file);
    const auto authority = make_authority(papers.directory);
    ASSERT_FALSE(authority.has_value());
    EXPECT_EQ(authority.error().kind, ErrorKind::refused);
    EXPECT_NE(authority.error().message.find("ca.key exists already"), std::string::npos);
    EXPECT_FALSE(issue_certificate(papers.directory, {NodeId{"a"}, {"localhost"}}).has_value());
    EXPECT_EQ(content(papers.authority()) + content(papers.of("a").cert_file), before);
}

TEST(Certificates, ACertificateWithoutItsFileLeavesNoKeyBehind) {
    const test::Papers papers{{}};
    const std::string path = papers.directory + "/a.crt";
    ASSERT_TRUE(tls::create_file(path, "mine", tls::FileMode::open).has_value());
    EXPECT_FALSE(issue_certificate(papers.directory, {NodeId{"a"}, {"localhost"}}).has_value());
    EXPECT_EQ(content(path), "mine");
    EXPECT_FALSE(std::filesystem::exists(papers.directory + "/a.key"));
}

TEST(Certificates, WithoutAnAuthorityTheRemedyIsNamed) {
    const test::Papers papers{{}};
    const auto made = issue_certificate(papers.directory + "/none", {NodeId{"a"}, {"localhost"}});
    ASSERT_FALSE(made.has_value());
    EXPECT_NE(made.error().message.find("baton tls init --dir"), std::string::npos);
}

TEST(Certificates, NamesThatWouldMeanSomethingElseAreRefused) {
    const test::Papers papers{{}};
    for (const char* node : {"", "ca", "../a", "a/b", ".a", "a,DNS:b"}) {
        EXPECT_FALSE(issue_certificate(papers.directory, {NodeId{node}, {"localhost"}}).has_value())
            << node;
    }
    for (const char* host : {"", "a b", "b,URI:urn:baton:node:b", "::1%eth0,DNS:x"}) {
        EXPECT_FALSE(issue_certificate(papers.directory, {NodeId{"a"}, {host}}).has_value())
            << host;
    }
    EXPECT_FALSE(issue_certificate(papers.directory, {NodeId{"a"}, {}}).has_value());
    EXPECT_TRUE(issue_certificate(papers.directory, {NodeId{"a"}, {"::1", "web-1"}}).has_value());
}

TEST(Certificates, RenewalKeepsKeyAndNamesAndEndsLater) {
    const test::Papers papers{{}};
    ASSERT_TRUE(issue_certificate(papers.directory, {NodeId{"a"}, {"127.0.0.1"}, 10}).has_value());
    const auto files = papers.of("a");
    const std::string key = content(files.key_file);
    const auto before = certificate(files.cert_file);
    const auto renewed = renew_certificate(papers.directory, NodeId{"a"}, 20);
    ASSERT_TRUE(renewed.has_value()) << renewed.error().message;
    const auto after = certificate(files.cert_file);
    ASSERT_TRUE(before && after);
    EXPECT_EQ(content(files.key_file), key);
    EXPECT_EQ(tls::nodes_of(*after), tls::nodes_of(*before));
    EXPECT_EQ(X509_check_ip_asc(after.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_private_key(after.get(), tls::read_key(key).get()), 1);
    EXPECT_NEAR(static_cast<double>(tls::end_of(*after) - tls::end_of(*before)), 10 * 86'400, 60);
    EXPECT_EQ(mode_of(files.cert_file), 0644U);
    EXPECT_FALSE(renew_certificate(papers.directory, NodeId{"b"}, 20).has_value());
}

TEST(Certificates, AKeyThatOthersMayReadIsNotUsed) {
    const test::Papers papers{{"a"}};
    const std::string key = papers.directory + "/ca.key";
    ASSERT_EQ(::chmod(key.c_str(), 0644), 0);
    const auto made = issue_certificate(papers.directory, {NodeId{"b"}, {"localhost"}});
    ASSERT_FALSE(made.has_value());
    EXPECT_NE(made.error().message.find("chmod o-rw " + key), std::string::npos);
}

}  // namespace
}  // namespace baton::adapters
