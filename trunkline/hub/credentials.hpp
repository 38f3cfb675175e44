// Where keys come from: a program's own, then the file of `exchange.NAME.credentials_file`, then the environment by the
// names that the venues' own programs use. Nothing shows them. Any thread.
//
// A file holds the key in its first line, the secret in its second and the passphrase, where the venue wants one, in
// its third. A secret in PEM fills the rest of the file instead. A JSON file is one of Coinbase's: "name" and
// "privateKey".
#pragma once

#include <string_view>

#include "trunkline/hub/settings.hpp"

namespace trunkline::hub {

// Keeps the value where it is a key, secret or passphrase of one or more exchanges.
void take_environment_credential(Settings& settings, std::string_view variable, std::string_view value);

// InvalidArgument says what is missing, and shows nothing of the text.
Result<Credentials> parse_credentials(std::string_view text);

}  // namespace trunkline::hub
