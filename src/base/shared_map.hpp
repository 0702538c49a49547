#pragma once

/// A map that is handed around whole and changes in few places: copies share what
/// is in them. Copying costs one count; changing a value costs a copy of it and of a
/// pointer to each other one. To whoever uses it, the pure cores among them, it is a
/// plain value: no copy sees what is done to another, on whichever thread.

#include "base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace baton {

template <typename Key, typename Value>
class SharedMap {
public:
    using key_type = Key;
    using value_type = std::pair<const Key, Value>;

private:
    using Entry = std::shared_ptr<const value_type>;
    using Entries = std::vector<Entry>;  ///< In the order of the keys, none null.

public:
    /// In the order of the keys; valid until the map is changed.
    class const_iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = SharedMap::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = const value_type&;

        const_iterator() = default;
        reference operator*() const { return **at_; }
        pointer operator->() const { return at_->get(); }
        const_iterator& operator++() { return ++at_, *this; }
        const_iterator operator++(int) { return const_iterator{at_++}; }
        friend bool operator==(const const_iterator&, const const_iterator&) = default;

    private:
        friend SharedMap;
        explicit const_iterator(const Entry* at) : at_(at) {}
        const Entry* at_ = nullptr;
    };

    SharedMap() = default;
    SharedMap(std::initializer_list<value_type> values) : SharedMap(values.begin(), values.end()) {}
    /// Of several values of one key the last one stays.
    template <typename Iterator>
    SharedMap(Iterator from, Iterator to) {
        auto entries = std::make_shared<Entries>();
        for (; from != to; ++from) insert(*entries, std::make_shared<const value_type>(*from));
        entries_ = std::move(entries);
    }

    [[nodiscard]] std::size_t size() const { return entries_ ? entries_->size() : 0; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] const_iterator begin() const { return const_iterator{first()}; }
    [[nodiscard]] const_iterator end() const { return const_iterator{last()}; }
    [[nodiscard]] const_iterator find(const Key& key) const {
        const Entry* place = std::ranges::lower_bound(first(), last(), key, {}, key_of);
        return place != last() && (*place)->first == key ? const_iterator{place} : end();
    }
    [[nodiscard]] bool contains(const Key& key) const { return find(key) != end(); }
    /// Of a key that is there.
    [[nodiscard]] const Value& at(const Key& key) const {
        const const_iterator found = find(key);
        BATON_CHECK(found != end());
        return found->second;
    }

    /// To change or add a value, before this map is copied or changed again.
    Value& operator[](const Key& key) {
        const const_iterator known = find(key);
        auto entry = known == end() ? std::make_shared<value_type>(key, Value{})
                                    : std::make_shared<value_type>(*known);
        Value& value = entry->second;
        put(std::move(entry));
        return value;
    }
    /// Takes over a value of another map.
    void share(const_iterator other) { put(*other.at_); }
    /// Takes over all values of another map.
    void overlay(const SharedMap& newer) {
        if (newer.empty()) return;
        auto entries = std::make_shared<Entries>();
        entries->reserve(size() + newer.size());
        std::ranges::set_union(newer.first(), newer.last(), first(), last(),
                               std::back_inserter(*entries), {}, key_of, key_of);
        entries_ = std::move(entries);
    }
    template <typename Predicate>
    void erase_if(Predicate predicate) {
        auto entries = std::make_shared<Entries>();
        std::copy_if(first(), last(), std::back_inserter(*entries),
                     [&](const Entry& each) { return !predicate(*each); });
        entries_ = std::move(entries);
    }

    /// What `before` lacks, or has with another value. What both share is passed
    /// over unseen, so this costs little where little has changed.
    [[nodiscard]] SharedMap beyond(const SharedMap& before) const {
        SharedMap found;
        if (entries_ == before.entries_) return found;
        auto entries = std::make_shared<Entries>();
        const Entry* old = before.first();
        for (const Entry* each = first(); each != last(); ++each) {
            while (old != before.last() && *old != *each && (*old)->first < (*each)->first) ++old;
            const bool same = old != before.last() && (*old == *each || **old == **each);
            if (!same) entries->push_back(*each);
        }
        found.entries_ = std::move(entries);
        return found;
    }

    friend bool operator==(const SharedMap& a, const SharedMap& b) {
        const auto same = [](const Entry& x, const Entry& y) { return x == y || *x == *y; };
        return std::equal(a.first(), a.last(), b.first(), b.last(), same);
    }

private:
    static const Key& key_of(const Entry& entry) { return entry->first; }
    [[nodiscard]] const Entry* first() const { return entries_ ? entries_->data() : nullptr; }
    [[nodiscard]] const Entry* last() const { return first() + size(); }

    static void insert(Entries& entries, Entry fresh) {
        const auto place = std::ranges::lower_bound(entries, fresh->first, {}, key_of);
        if (place != entries.end() && (*place)->first == fresh->first) {
            *place = std::move(fresh);
        } else {
            entries.insert(place, std::move(fresh));
        }
    }
    void put(Entry fresh) {
        auto entries = std::make_shared<Entries>(first(), last());
        insert(*entries, std::move(fresh));
        entries_ = std::move(entries);
    }

    std::shared_ptr<const Entries> entries_;  ///< Null: empty.
};

}  // namespace baton
