"""The packages for Debian and Enterprise Linux, each made in a clean root.

`python -m deploy.packages --release bookworm` builds one into dist/ and prints its path; `make package`
builds all of them.

releases     which there are, and what differs between them
roots        a minimal Debian of a release, cached; commands run in a throw-away copy of it
environment  /usr/lib/failover-exporter: the program and its locked libraries, for the Python of the release
contents     everything that the package brings, as a tree of files
package      nfpm's description of it, and the file that nfpm makes
cache        what is kept between builds, and by which key

The wheels are downloaded by this machine's pip as it is set up here, for the Python and the glibc of the
release, and checked by the hashes of requirements.txt. In the root nothing comes over the network. Roots and
libraries are kept in $XDG_CACHE_HOME/failover-exporter (~/.cache/failover-exporter), which may be removed at
any time.
"""
