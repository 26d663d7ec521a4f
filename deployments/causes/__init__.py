"""Why things are not as they should be, read from the copy: the rules are in `regions.domain.causes`, the answers that
pages and the API get are promised by `deployments.causes.reads`."""
