// Signs what it reads, for a comparison with another implementation. A line in:
//   l1|user KEY NONCE VAULT|- EXPIRES|- mainnet|testnet ACTION
// A line out: the hash of the action (l1) or -, r, s, v, and the signer's address as recovered from them.
#include <cstdio>
#include <iostream>
#include <sstream>

#include "trunkline/venue/hyperliquid/signing.hpp"

int main() {
  using namespace trunkline;
  using namespace trunkline::venue::hyperliquid;
  using protocol::signing::to_hex;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::string kind, key_text, vault, expires, network, action;
    ActionEnvelope envelope;
    in >> kind >> key_text >> envelope.nonce >> vault >> expires >> network;
    std::getline(in >> std::ws, action);
    if (vault != "-") envelope.vault = EvmAddress::parse(vault).value();
    if (expires != "-") envelope.expires_after = std::stoull(expires);
    const auto key = protocol::signing::Secp256k1Key::parse(key_text);
    const auto digest = kind == "user"
                            ? user_digest(action)
                            : l1_digest(action, envelope, network == "mainnet" ? Network::Mainnet : Network::Testnet);
    if (!key || !digest) {
      std::fprintf(stderr, "%s\n", (key ? digest.error() : key.error()).message.c_str());
      return 1;
    }
    const auto signature = key->sign(*digest);
    const std::string hash = kind == "user" ? "-" : "0x" + to_hex(action_hash(action, envelope).value());
    std::printf("%s %s %s %d %s\n", hash.c_str(), to_hex(signature.r).c_str(), to_hex(signature.s).c_str(), signature.v,
                protocol::signing::recover_signer(*digest, signature)->to_text().c_str());
  }
}
