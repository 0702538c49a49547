#pragma once

/// Certificates for agents, made on this machine: an authority of the
/// cluster's own, and for each node a key with a certificate that names it.
/// Keys are readable for their owner only; nothing that exists is overwritten.

#include "base/ids.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace baton::adapters {

inline constexpr int authority_days = 3650;
/// As long as public authorities give: a renewal that nobody practises fails.
inline constexpr int certificate_days = 397;
inline constexpr int certificate_days_max = 3650;

/// What a certificate says about the node it belongs to, as a name of type URI.
inline constexpr std::string_view node_name_prefix = "urn:baton:node:";

struct Issued {
    std::string certificate_file;
    std::string key_file;
    std::string expires;  ///< Day, in UTC: "2027-01-31".
};

/// Makes `directory`/ca.crt and ca.key. Errors: refused (there is one already),
/// unavailable (the directory cannot be written).
[[nodiscard]] Result<Issued> make_authority(const std::string& directory);

struct CertificateWish {
    NodeId node;
    /// Names and addresses under which others connect to the node; at least one.
    std::vector<std::string> hosts;
    int days = certificate_days;
};
/// Makes `directory`/NODE.crt and NODE.key, signed by the authority there.
/// Errors: invalid (name or host), refused (exists already), unavailable.
[[nodiscard]] Result<Issued> issue_certificate(const std::string& directory,
                                               const CertificateWish& wish);

/// Replaces NODE.crt by one for the same key and the same names that ends
/// later. One file is replaced in one step, so agents never see half of it.
[[nodiscard]] Result<Issued> renew_certificate(const std::string& directory, const NodeId& node,
                                               int days);

}  // namespace baton::adapters
