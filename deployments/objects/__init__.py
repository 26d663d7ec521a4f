"""Kinds of k0rdent without a page of their own making: lists and objects, told by `deployments.domain.object_facts`."""
