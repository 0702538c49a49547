#include "adapters/disk/format.hpp"

#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <array>
#include <cstdio>

namespace baton::adapters::disk {
namespace {

using wire::append_u32;
using wire::append_u64;
using wire::crc32c;
using wire::read_u32;
using wire::read_u64;

constexpr std::size_t magic_bytes = 8;
constexpr std::size_t version_bytes = magic_bytes + 8;  ///< Magic, version, their checksum.
constexpr std::size_t stamp_bytes_max = 64 * 1024;
constexpr std::size_t seal_bytes = 12;  ///< Length and checksum of a sealed body.
constexpr std::size_t item_header_bytes = 5;

std::string_view magic_of(FileKind kind) {
    switch (kind) {
        case FileKind::segment: return "batonSEG";
        case FileKind::snapshot: return "batonSNP";
        case FileKind::identity: return "batonIDN";
        case FileKind::promises: return "batonPRM";
    }
    return "";
}

/// The first 16 bytes keep their form in every version, so that "newer" and
/// "damaged" can be told apart.
Result<void> check_version(std::string_view file, FileKind kind, const Place& place,
                           const std::string& name) {
    if (file.size() < version_bytes) {
        return damaged(place, name, file.size(), "the file ends inside its header");
    }
    if (file.substr(0, magic_bytes) != magic_of(kind)) {
        return damaged(place, name, 0, "the file does not begin as such a file does");
    }
    if (read_u32(file.substr(12)) != crc32c(file.substr(0, 12))) {
        return damaged(place, name, magic_bytes, "wrong checksum of the format version");
    }
    const std::uint32_t version = read_u32(file.substr(magic_bytes));
    if (version > format_version) {
        return refused(place.path(name) + " was written in format " + std::to_string(version) +
                       " by a newer baton; this one reads up to format " +
                       std::to_string(format_version) + ". Start the newer release again");
    }
    return success();
}

std::optional<std::uint64_t> number_between(std::string_view name, std::string_view before,
                                            std::string_view after) {
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) ||
        !name.ends_with(after)) {
        return std::nullopt;
    }
    name.remove_prefix(before.size());
    name.remove_suffix(after.size());
    std::uint64_t number = 0;
    for (const char digit : name) {
        if (digit < '0' || digit > '9' || name.size() > 20) {
            return std::nullopt;
        }
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return number;
}

/// Twenty digits, so that names sort as numbers do.
std::string padded(std::uint64_t number) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%020llu", static_cast<unsigned long long>(number));
    return text.data();
}

}  // namespace

Error damaged(const Place& place, const std::string& name, std::uint64_t offset,
              const std::string& what) {
    return corrupt(place.path(name) + " is damaged at byte " + std::to_string(offset) + ": " +
                   what +
                   ". The agent does not start, because a node that forgot what it promised can "
                   "harm the others. Move the directory " +
                   place.directory +
                   " away, start the agent again and, on a healthy node, run `baton node replace "
                   "--node=" +
                   place.node.text + "`");
}

std::string encode_header(const FileHeader& header) {
    std::string bytes{magic_of(header.kind)};
    append_u32(bytes, format_version);
    append_u32(bytes, crc32c(bytes));
    std::string stamp;
    append_u64(stamp, header.number);
    stamp += wire::encode(header.owner);
    std::string part;
    append_u32(part, static_cast<std::uint32_t>(stamp.size()));
    part += stamp;
    append_u32(part, crc32c(part));
    return bytes + part;
}

Result<ParsedHeader> parse_header(std::string_view file, FileKind kind, const Place& place,
                                  const std::string& name) {
    BATON_TRY(check_version(file, kind, place, name));
    std::string_view part = file.substr(version_bytes);
    if (part.size() < 4) {
        return damaged(place, name, file.size(), "the file ends inside its header");
    }
    const std::size_t length = read_u32(part);
    if (length < 8 || length > stamp_bytes_max || part.size() < 4 + length + 4) {
        return damaged(place, name, version_bytes, "a header of impossible length");
    }
    if (read_u32(part.substr(4 + length)) != crc32c(part.substr(0, 4 + length))) {
        return damaged(place, name, version_bytes, "wrong checksum of the header");
    }
    Result<Identity> owner = wire::decode_identity(part.substr(12, length - 8));
    if (!owner) {
        return damaged(place, name, version_bytes, owner.error().message);
    }
    return ParsedHeader{.header = {.kind = kind,
                                   .number = read_u64(part.substr(4)),
                                   .owner = std::move(owner).value()},
                        .size = version_bytes + 4 + length + 4};
}

Result<void> check_owner(const Identity& owner, const Identity& expected, const Place& place,
                         const std::string& name) {
    const std::string path = place.path(name);
    if (owner.node != expected.node) {
        return refused(path + " belongs to node \"" + owner.node.text + "\", but this is node \"" +
                       expected.node.text + "\". Start with --node=" + owner.node.text +
                       ", or give this node a directory of its own");
    }
    if (owner.incarnation != expected.incarnation) {
        return refused(path + " comes from an earlier directory of node \"" + owner.node.text +
                       "\". Restoring single files cannot bring a node back: move the directory "
                       "away and, on a healthy node, run `baton node replace --node=" +
                       owner.node.text + "`");
    }
    if (owner.cluster && owner.cluster != expected.cluster) {
        return refused(path + " belongs to cluster " + owner.cluster.text +
                       ", but this directory belongs to cluster " +
                       (expected.cluster ? expected.cluster.text : "none yet"));
    }
    return success();
}

std::string seal(const FileHeader& header, std::string_view body) {
    std::string bytes = encode_header(header);
    std::string length;
    append_u64(length, body.size());
    bytes += length;
    append_u32(bytes, crc32c(body, crc32c(length)));
    bytes += body;
    return bytes;
}

Result<Unsealed> unseal(std::string_view file, FileKind kind, const Place& place,
                        const std::string& name) {
    BATON_TRY(auto parsed, parse_header(file, kind, place, name));
    const std::string_view rest = file.substr(parsed.size);
    if (rest.size() < seal_bytes) {
        return damaged(place, name, file.size(), "the file ends too early");
    }
    const std::string_view body = rest.substr(seal_bytes);
    if (read_u64(rest) != body.size()) {
        return damaged(place, name, parsed.size,
                       "the file holds " + std::to_string(body.size()) +
                           " bytes of content, its header says " + std::to_string(read_u64(rest)));
    }
    if (read_u32(rest.substr(8)) != crc32c(body, crc32c(rest.substr(0, 8)))) {
        return damaged(place, name, parsed.size, "wrong checksum of the content that follows");
    }
    return Unsealed{
        .header = std::move(parsed.header), .body = body, .body_offset = parsed.size + seal_bytes};
}

std::string encode_record(std::string_view payload, std::uint64_t offset) {
    std::string record;
    record.reserve(record_header_bytes + payload.size());
    append_u32(record, static_cast<std::uint32_t>(payload.size()));
    append_u32(record, crc32c(payload));
    append_u64(record, offset);
    append_u32(record, crc32c(record));
    record += payload;
    return record;
}

std::optional<RecordView> record_at(std::string_view file, std::size_t offset) {
    if (offset > file.size() || file.size() - offset < record_header_bytes) {
        return std::nullopt;
    }
    const std::string_view record = file.substr(offset);
    const std::size_t length = read_u32(record);
    // The offset is compared first: it makes a search cheap.
    if (read_u64(record.substr(8)) != offset ||
        read_u32(record.substr(16)) != crc32c(record.substr(0, 16)) ||
        record.size() - record_header_bytes < length) {
        return std::nullopt;
    }
    const std::string_view payload = record.substr(record_header_bytes, length);
    if (read_u32(record.substr(4)) != crc32c(payload)) {
        return std::nullopt;
    }
    return RecordView{.payload = payload, .end = offset + record_header_bytes + length};
}

bool record_after(std::string_view file, std::size_t offset) {
    for (std::size_t at = offset + 1; at < file.size(); ++at) {
        if (record_at(file, at)) {
            return true;
        }
    }
    return false;
}

void append_item(std::string& payload, ItemKind kind, std::string_view bytes) {
    payload.push_back(static_cast<char>(kind));
    append_u32(payload, static_cast<std::uint32_t>(bytes.size()));
    payload += bytes;
}

std::optional<std::vector<Item>> items_of(std::string_view payload) {
    std::vector<Item> items;
    while (!payload.empty()) {
        if (payload.size() < item_header_bytes) {
            return std::nullopt;
        }
        const auto kind = static_cast<std::uint8_t>(payload.front());
        const std::size_t length = read_u32(payload.substr(1));
        payload.remove_prefix(item_header_bytes);
        if (length > payload.size() || kind < static_cast<std::uint8_t>(ItemKind::hard_state) ||
            kind > static_cast<std::uint8_t>(ItemKind::base_reset)) {
            return std::nullopt;
        }
        items.push_back({static_cast<ItemKind>(kind), payload.substr(0, length)});
        payload.remove_prefix(length);
    }
    return items;
}

std::string segment_name(std::uint64_t sequence) {
    return "log-" + padded(sequence) + ".seg";
}

std::string snapshot_name(LogIndex index, Term term) {
    return "snapshot-" + padded(index.value) + "-" + std::to_string(term.value);
}

std::optional<std::uint64_t> segment_sequence(const std::string& name) {
    return number_between(name, "log-", ".seg");
}

std::optional<std::uint64_t> snapshot_index(const std::string& name) {
    const std::size_t dash = name.rfind('-');
    if (dash == std::string::npos || !number_between(name.substr(dash), "-", "")) {
        return std::nullopt;
    }
    return number_between(name.substr(0, dash), "snapshot-", "");
}

}  // namespace baton::adapters::disk
