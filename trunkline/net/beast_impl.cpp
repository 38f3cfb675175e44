// The one place where Beast's untemplated code is compiled.
#include <boost/beast/src.hpp>
